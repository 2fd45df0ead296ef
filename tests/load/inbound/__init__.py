"""Inbound events under load and under kills: `python -m tests.load.inbound --help`."""
