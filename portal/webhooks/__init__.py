"""Webhooks: where the customer's own systems are told what happens."""
