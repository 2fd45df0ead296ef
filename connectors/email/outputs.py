"""What the tools hand back; names, subjects, texts and files in it come from third parties."""

from typing import Annotated

from msgspec import Meta

from connectors.kit.tool import Output

Address = Annotated[str, Meta(description='"Name <address>" or the address.')]


class FolderInfo(Output, frozen=True, kw_only=True):
    """A folder."""

    name: str
    role: (
        Annotated[str, Meta(description="inbox, sent, drafts, trash, junk, archive, all or flagged.")] | None
    ) = None
    messages: int | None = None
    unread: int | None = None
    can_open: bool = True


class Folders(Output, frozen=True, kw_only=True):
    """All folders."""

    folders: list[FolderInfo]


class MailInfo(Output, frozen=True, kw_only=True):
    """A message in a list."""

    id: str
    sender: Address
    subject: str
    date: Annotated[str, Meta(description="When it arrived, UTC.")]
    unread: bool
    flagged: bool
    answered: bool
    to: list[Address] | None = None
    attachments: list[str] | None = None
    labels: list[str] | None = None
    size_bytes: int | None = None
    message_id: str | None = None
    untrusted: bool = True


class Mails(Output, frozen=True, kw_only=True):
    """A page of messages, newest first."""

    messages: list[MailInfo]
    folder: str
    notice: str
    next_cursor: str | None = None


class AttachmentInfo(Output, frozen=True, kw_only=True):
    """A file of a message."""

    name: str
    part: Annotated[str, Meta(description="Names it too, where two files have one name.")]
    mime_type: str
    size_bytes: Annotated[int, Meta(description="About.")]


class Mail(MailInfo, frozen=True, kw_only=True):
    """A message."""

    format: str
    content: Annotated[str, Meta(description="In the format asked for.")]
    truncated: bool
    cc: list[Address] | None = None
    reply_to: list[Address] | None = None
    sent_at: str | None = None
    in_reply_to: str | None = None
    files: list[AttachmentInfo] | None = None
    notice: str


class ThreadMail(MailInfo, frozen=True, kw_only=True):
    """A message of a thread, with its text."""

    folder: str
    text: str
    truncated: bool


class Thread(Output, frozen=True, kw_only=True):
    """The messages that answer each other, oldest first."""

    subject: str
    messages: list[ThreadMail]
    notice: str


class Attachment(Output, frozen=True, kw_only=True):
    """A file's facts."""

    name: str
    part: str
    mime_type: str
    size_bytes: int
    inline: Annotated[bool, Meta(description="Whether the file itself is in the result's content.")]
    untrusted: bool = True
    note: str | None = None


class Sent(Output, frozen=True, kw_only=True):
    """A message the mail server took."""

    message_id: str
    to: list[str]
    subject: str
    id: Annotated[str, Meta(description="Of the copy in the sent folder.")] | None = None
    repeated: Annotated[bool, Meta(description="It had been sent before and was not sent again.")] | None = (
        None
    )
    note: str | None = None


class Drafted(Output, frozen=True, kw_only=True):
    """A draft."""

    id: Annotated[str, Meta(description="Pass it to email_send_draft.")]
    message_id: str
    subject: str
    to: list[str]


class Changed(Output, frozen=True, kw_only=True):
    """What was changed."""

    changed: Annotated[list[str], Meta(description="Ids of the messages as they were asked for.")]
    missing: Annotated[list[str], Meta(description="Ids of which there is no message any more.")] | None = (
        None
    )
    new_ids: Annotated[dict[str, str], Meta(description="By old id, where the server tells.")] | None = None
    note: str | None = None


class NewFolder(Output, frozen=True, kw_only=True):
    """A folder."""

    name: str
    existed: bool
