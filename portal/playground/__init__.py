"""Tools tried by hand: a form made of the tool's schema, and the same call as code."""
