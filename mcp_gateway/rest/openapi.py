"""The description of the REST interface: how an operation states its shapes, and the whole document."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from mcp_gateway.rest.shapes import Given, Problem

V = TypeVar("V", bound=Callable[..., Any])
REF = "#/components/schemas/{name}"
_shapes: dict[str, type[msgspec.Struct]] = {"Problem": Problem}


def operation(
    name: str,
    summary: str,
    *,
    tag: str,
    scope: str | None,
    answer: type[msgspec.Struct] | None = None,
    status: int = 200,
    query: type[Given] | None = None,
    body: type[Given] | None = None,
    takes: str | None = None,
    gives: str | None = None,
) -> Callable[[V], V]:
    """Describe a view's method: what it does, the scope it needs and the shapes of both directions.

    `takes` and `gives` are the media types of files.
    """
    told: Any = (status, gives) if gives else status
    request = {"application/json": _ref(body)} if body else {takes: OpenApiTypes.BINARY} if takes else None
    described: Callable[[V], V] = extend_schema(
        operation_id=name,
        summary=summary,
        description=f"Needs the scope `{scope}`." if scope else "Any key.",
        tags=[tag],
        parameters=_parameters(query) if query else None,
        request=request,
        responses={
            told: OpenApiResponse(_ref(answer) if answer else OpenApiTypes.BINARY, "Done."),
            ("default", "application/problem+json"): OpenApiResponse(_ref(Problem), "Refused or failed."),
        },
    )
    return described


def add_shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The schemas that operations refer to (SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"])."""
    schemas = msgspec.json.schema_components(_shapes.values(), ref_template=REF)[1]
    result.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
    return result


@functools.cache
def document() -> bytes:
    """The whole OpenAPI 3.1 document as JSON."""
    generator: Any = SchemaGenerator  # untyped
    return msgspec.json.encode(generator().get_schema(request=None, public=True))


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two headers a key may come in."""

    target_class = "mcp_gateway.rest.authentication.KeyAuthentication"
    name = ["bearer", "x_api_key"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Both schemes."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key (hms_live_… or hms_test_…) or an agent's OAuth token.",
            },
            {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        ]


def _ref(shape: type[msgspec.Struct]) -> dict[str, str]:
    _shapes[shape.__name__] = shape
    return {"$ref": REF.format(name=shape.__name__)}


def _parameters(query: type[Given]) -> list[OpenApiParameter]:
    schema = msgspec.json.schema(query, ref_template=REF)["$defs"][query.__name__]
    return [
        OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=schema.get("description", ""))
        for name, schema in schema["properties"].items()
    ]
