"""Hermes as authorization server for agents: MCP's authorization spec on django-oauth-toolkit."""
