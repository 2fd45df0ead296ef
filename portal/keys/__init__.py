"""API keys: list, make, rotate, revoke."""
