"""Refusals of the Cloud API's own."""

from connectors.sandbox.graph import GraphError, Refusal


def missing(name: str) -> GraphError:
    """131008: a parameter is missing."""
    return GraphError(Refusal(131008, "Required parameter is missing", f"Parameter '{name}' is mandatory."))


def wrong(details: str) -> GraphError:
    """131009: a parameter has a value that is not allowed."""
    return GraphError(Refusal(131009, "Parameter value is not valid", details))
