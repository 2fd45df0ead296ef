"""Links to the files of stored messages, for people who read them."""

from collections.abc import Sequence

from connectors.kit.context import FileLink
from connectors.registry import all_connectors
from hermes.core.errors import NotFound
from inbox.listing import View
from inbox.media.files import files_of


def are_served(platform: str) -> bool:
    """Whether files of this platform can be fetched."""
    connector = all_connectors().get(platform)
    return connector is not None and connector.fetch_media is not None


def link_of(customer_id: int, connection_ids: Sequence[int], thread_id: str, message_id: str) -> FileLink:
    """A link for 15 minutes to the file of a message (our id) of a conversation. Raises NotFound."""
    view = View(customer_id=customer_id, connection_ids=connection_ids)
    rows = view.messages.filter(thread__public_id=thread_id, public_id=message_id, revoked_at=None)
    message = rows.select_related("connection").first()
    if message is None or not message.media or not are_served(message.connection.platform):
        raise NotFound("There is no such file.")
    return files_of(customer_id, message.connection.public_id).link(message.media)
