"""Fixtures of the MCP conformance suite, offered by settings.MCP_CONFORMANCE and never in production."""
