"""How clients are told of this deployment."""
