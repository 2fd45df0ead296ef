"""What a connector is made of. A connector imports this package and `hermes.core`, nothing else of ours."""
