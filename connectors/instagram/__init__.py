"""Instagram: the API with Instagram Login."""
