"""The cross-channel `hermes_*` tools: over all connections of a caller, through the one executor."""
