"""Accounts connected by OAuth: letting Hermes in, keeping it in, and giving the access back."""
