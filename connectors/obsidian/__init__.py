"""Obsidian: notes in a vault that Hermes keeps for a connection."""
