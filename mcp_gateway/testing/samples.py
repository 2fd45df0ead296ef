"""The media and schemas the fixtures share."""

from collections.abc import Mapping
from typing import Any

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

Content = Mapping[str, Any]


def text(words: str) -> Content:
    """A text block."""
    return {"type": "text", "text": words}


def image() -> Content:
    """One red pixel."""
    return {"type": "image", "data": PNG, "mimeType": "image/png"}


def audio() -> Content:
    """A moment of silence."""
    return {"type": "audio", "data": WAV, "mimeType": "audio/wav"}


def embedded(uri: str, words: str, mime_type: str = "text/plain") -> Content:
    """A resource inside a result."""
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": words}}


def link(uri: str, name: str) -> Content:
    """A link to a resource."""
    return {"type": "resource_link", "uri": uri, "name": name}


def form(message: str, **properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """A question with a form; every property is required."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    params = {"mode": "form", "message": message, "requestedSchema": schema}
    return {"method": "elicitation/create", "params": params}


def page(message: str, url: str) -> Mapping[str, Any]:
    """A question answered on a page."""
    params = {"mode": "url", "message": message, "url": url, "elicitationId": "fixture-page"}
    return {"method": "elicitation/create", "params": params}


def sampling(prompt: str, tokens: int = 100) -> Mapping[str, Any]:
    """A question to the client's model."""
    messages = [{"role": "user", "content": text(prompt)}]
    return {"method": "sampling/createMessage", "params": {"messages": messages, "maxTokens": tokens}}


def roots() -> Mapping[str, Any]:
    """The question which folders the client offers."""
    return {"method": "roots/list", "params": {}}


TEXT = {"type": "string"}
YES = {"type": "boolean"}
