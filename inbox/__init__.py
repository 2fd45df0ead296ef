"""Conversations: what is sent and what arrives, over all platforms."""
