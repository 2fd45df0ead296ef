"""Links to files as a tool's call makes them (`connectors.kit.context.Files`)."""

from collections.abc import Mapping
from typing import Any

from connectors.kit.context import FileLink, Files
from hermes.core.third_party import storable_data
from hermes.core.threads import blocking
from inbox.media import handed, tokens

_TEXT_CHARS = 300


def files_of(customer_id: int, connection: str) -> Files:
    """The links of one connection (public id) of one customer."""
    return _Files(customer_id, connection)


class _Files:
    def __init__(self, customer_id: int, connection: str) -> None:
        self._customer_id = customer_id
        self._connection = connection

    def link(self, media: Mapping[str, Any]) -> FileLink:
        """As the protocol says."""
        told = storable_data(dict(media), _TEXT_CHARS)
        return tokens.link(self._customer_id, connection=self._connection, media=told)

    async def hand_over(self, content: bytes, mime_type: str) -> FileLink:
        """As the protocol says."""
        name = await blocking(handed.keep, self._customer_id, content, mime_type)
        return tokens.link(self._customer_id, handed=name)
