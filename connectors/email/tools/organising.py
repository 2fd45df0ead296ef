"""Flags, labels, moving, deleting."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from msgspec import Meta

from connectors.email import errors, folders, ids
from connectors.email.folders import FolderName
from connectors.email.ids import EXAMPLE, MessageIds, MessageRef
from connectors.email.mailbox import FLAGGED, SEEN, Mailbox
from connectors.email.outputs import Changed
from connectors.email.plain import plain
from connectors.email.session import mailbox
from connectors.kit.context import ToolContext
from connectors.kit.tool import DELETE, UPDATE, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument, NotFound

MARKED = "The server only marks what is removed as deleted; a mail program takes it away when it cleans up."
_KEYWORD = re.compile(r"[A-Za-z0-9$_.-]{1,60}")
Labels = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=100)]],
    Meta(max_length=20, description="Gmail's labels; elsewhere keywords of letters, digits and $ _ . -"),
]


class Flag(Params, frozen=True):
    """What to set."""

    ids: MessageIds
    seen: Annotated[bool, Meta(description="Mark as read (true) or unread (false).")] | None = None
    flagged: Annotated[bool, Meta(description="Flag (true) or unflag (false).")] | None = None
    add_labels: Labels = []
    remove_labels: Labels = []


async def flag(ctx: ToolContext, params: Flag) -> ToolResult:
    """Set flags and labels."""
    for argument, labels in (("add_labels", params.add_labels), ("remove_labels", params.remove_labels)):
        for label in labels:
            plain(label, argument)
    if params.seen is None and params.flagged is None and not params.add_labels and not params.remove_labels:
        raise InvalidArgument("Say what to change: seen, flagged or labels.", details={"argument": "seen"})

    def work(box: Mailbox, refs: list[MessageRef]) -> None:
        for name, value in ((SEEN, params.seen), (FLAGGED, params.flagged)):
            if value is not None:
                box.store(refs, [name], add=value)
        for labels, add in ((params.add_labels, True), (params.remove_labels, False)):
            if labels and box.is_gmail:
                box.label(refs, labels, add=add)
            elif labels:
                box.store(refs, [label.encode() for label in labels], add=add)

    def check(box: Mailbox) -> None:
        for label in (*params.add_labels, *params.remove_labels):
            if not box.is_gmail and not _KEYWORD.fullmatch(label):
                raise InvalidArgument(
                    "This server's labels have letters, digits and $ _ . - only.",
                    details={"argument": "add_labels"},
                )

    described: dict[str, object] = {"act": "flag", "seen": params.seen, "flagged": params.flagged}
    described |= {"add_labels": list(params.add_labels), "remove_labels": list(params.remove_labels)}
    return await _changed(ctx, params.ids, work, described, check=check)


class Move(Params, frozen=True):
    """Where to."""

    ids: MessageIds
    folder: FolderName


async def move(ctx: ToolContext, params: Move) -> ToolResult:
    """Move messages."""
    folder = folders.named(params.folder)

    def check(box: Mailbox) -> None:
        if not any(f.name == folder and f.can_open for f in box.folders()):
            raise errors.no_folder()

    moved: dict[MessageRef, MessageRef] = {}
    notes: list[str] = []

    def work(box: Mailbox, refs: list[MessageRef]) -> None:
        if refs[0].folder != folder:
            moved.update(box.move(refs, folder))
            notes.extend([] if box.can_move else [MARKED])

    described: dict[str, object] = {"act": "move", "folder": folder}
    return await _changed(ctx, params.ids, work, described, check=check, moved=moved, notes=notes)


class Delete(Params, frozen=True):
    """What to delete."""

    ids: MessageIds
    permanent: Annotated[bool, Meta(description="Do not keep it in the trash.")] = False


async def delete(ctx: ToolContext, params: Delete) -> ToolResult:
    """Delete messages."""
    moved: dict[MessageRef, MessageRef] = {}
    notes: list[str] = []

    def check(box: Mailbox) -> None:
        if not params.permanent and box.role("trash") is None:
            raise NotFound(
                "The mailbox has no trash folder; create one as 'Trash', or delete with permanent=true."
            )

    def work(box: Mailbox, refs: list[MessageRef]) -> None:
        trash = box.role("trash")
        if params.permanent:
            box.remove(refs)
            notes.extend([] if box.can_remove else [MARKED])
        elif trash is not None and refs[0].folder != trash:
            moved.update(box.move(refs, trash))
            notes.extend([] if box.can_move else [MARKED])

    described = {"act": "delete", "permanent": params.permanent}
    return await _changed(ctx, params.ids, work, described, check=check, moved=moved, notes=notes)


async def _changed(
    ctx: ToolContext,
    given: Sequence[str],
    work: Callable[[Mailbox, list[MessageRef]], None],
    described: dict[str, object],
    *,
    check: Callable[[Mailbox], None],
    moved: dict[MessageRef, MessageRef] | None = None,
    notes: list[str] | None = None,
) -> ToolResult:
    groups = ids.by_folder(list(given))

    def all_of_it(box: Mailbox) -> Changed:
        check(box)
        there = [box.existing(refs) for refs in groups.values()]
        found = {ref for refs in there for ref in refs}
        if not found:
            raise NotFound("There are no such messages any more; list the messages again.")
        box.changing(**described, ids=[ref.id for ref in sorted(found)])
        for refs in there:
            if refs:
                work(box, refs)
        asked = [ref for refs in groups.values() for ref in refs]
        return Changed(
            changed=[ref.id for ref in asked if ref in found],
            missing=[ref.id for ref in asked if ref not in found] or None,
            new_ids={old.id: new.id for old, new in (moved or {}).items()} or None,
            note=notes[0] if notes else None,
        )

    async with mailbox(ctx) as session:
        return ToolResult(data=await session.do(all_of_it))


TOOLS = (
    Tool(
        name="email_flag",
        title="Flag e-mail",
        description="Mark messages as read or unread, flag or unflag them, add or remove labels. What is "
        "not named stays as it is. To file messages use email_move.",
        params=Flag,
        output=Changed,
        handler=flag,
        hints=UPDATE,
        example={"ids": [EXAMPLE], "seen": True},
    ),
    Tool(
        name="email_move",
        title="Move e-mail",
        description="Move messages to another folder. Their ids change: the result has the new ones where "
        "the server tells them. Nothing is lost. To delete use email_delete, to label email_flag.",
        params=Move,
        output=Changed,
        handler=move,
        hints=UPDATE,
        example={"ids": [EXAMPLE], "folder": "Archive"},
    ),
    Tool(
        name="email_delete",
        title="Delete e-mail",
        description="Move messages to the trash, or with permanent=true remove them for good, which cannot "
        "be undone. Only the messages named are removed. To put them elsewhere use email_move.",
        params=Delete,
        output=Changed,
        handler=delete,
        hints=DELETE,
        example={"ids": [EXAMPLE]},
    ),
)
