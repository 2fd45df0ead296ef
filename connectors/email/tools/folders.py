"""Folders."""

from connectors.email import folders
from connectors.email.folders import FolderName
from connectors.email.limits import FOLDER_CHARS
from connectors.email.mailbox import Mailbox
from connectors.email.outputs import FolderInfo, Folders, NewFolder
from connectors.email.session import mailbox
from connectors.kit.context import ToolContext
from connectors.kit.tool import READ, UPDATE, NoParams, Params, Tool, ToolResult
from hermes.core.third_party import shown

COUNTED = 40
LISTED = 500


async def list_folders(ctx: ToolContext, params: NoParams) -> ToolResult:  # noqa: ARG001  (every handler's)
    """List the folders."""
    async with mailbox(ctx) as session:
        return ToolResult(data=Folders(folders=await session.do(_listed)))


class CreateFolder(Params, frozen=True):
    """A new folder."""

    name: FolderName


async def create_folder(ctx: ToolContext, params: CreateFolder) -> ToolResult:
    """Create a folder."""
    name = folders.named(params.name, "name")
    async with mailbox(ctx) as session:
        existed = await session.do(_create, name)
    return ToolResult(data=NewFolder(name=name, existed=existed))


def _listed(box: Mailbox) -> list[FolderInfo]:
    found = sorted(box.folders(), key=lambda f: (not f.role, f.name))[:LISTED]
    told = []
    for position, folder in enumerate(found):
        messages, unread = box.counts(folder.name) if folder.can_open and position < COUNTED else (None, None)
        told.append(
            FolderInfo(
                name=shown(folder.name, FOLDER_CHARS),
                role=folder.role or None,
                messages=messages,
                unread=unread,
                can_open=folder.can_open,
            )
        )
    return told


def _create(box: Mailbox, name: str) -> bool:
    if any(f.name == name for f in box.folders()):
        return True
    box.changing(act="create_folder", name=name)
    box.create(name)
    return False


TOOLS = (
    Tool(
        name="email_list_folders",
        title="List e-mail folders",
        description="List the mailbox's folders with what each is for (inbox, sent, drafts, trash, junk, "
        "archive) and how many messages and unread ones it has. Gmail's labels are folders too. Read one "
        "with email_list_messages.",
        params=NoParams,
        output=Folders,
        handler=list_folders,
        hints=READ,
    ),
    Tool(
        name="email_create_folder",
        title="Create e-mail folder",
        description="Create a folder (on Gmail a label). One that exists already is left as it is. Nested "
        "names take the server's separator, as other names in email_list_folders show it.",
        params=CreateFolder,
        output=NewFolder,
        handler=create_folder,
        hints=UPDATE,
        example={"name": "Invoices"},
    ),
)
