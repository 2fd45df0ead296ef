"""Stored conversations of all channels, as people read them."""
