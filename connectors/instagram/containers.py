"""Publishing in Instagram's steps: containers, waiting for them, and the step that makes them public.

A container is seen by nobody, ends after 24 hours and can be published once: its id is the job, and nothing
about it has to be kept here.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from connectors.instagram.client import BASIC, ME, PUBLISH, Instagram
from connectors.instagram.errors import meaning
from connectors.instagram.limits import CAROUSEL_ITEMS
from connectors.instagram.outputs import Job, PublishingLimit
from connectors.kit.cursors import pack, unpack
from connectors.kit.meta import items, member, text_of
from hermes.core.errors import (
    Conflict,
    HermesError,
    InvalidArgument,
    NotFound,
    OutcomeUnknown,
    PlatformRejected,
    RateLimited,
)

# Between two looks at a container; together they stay well below the deadline of a call.
PAUSES_S = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
LOOK_AGAIN_S = 3600.0
# A failed container tells the subcode alone.
UNNUMBERED = -3
PUBLISHED, READY, ONGOING = "PUBLISHED", "FINISHED", "IN_PROGRESS"
_CODE = re.compile(r"\b(22070\d\d)\b")
_CONTAINER = re.compile(r"[0-9]{1,30}")


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A carousel whose items are not ready: what its own container will be made of."""

    children: Annotated[
        list[Annotated[str, Meta(pattern=r"^[0-9]{1,30}$")]], Meta(min_length=2, max_length=CAROUSEL_ITEMS)
    ]
    caption: str | None
    location_id: str | None

    @property
    def body(self) -> dict[str, Any]:
        """The carousel's container."""
        told = {"caption": self.caption, "location_id": self.location_id}
        known = {name: value for name, value in told.items() if value}
        return {"media_type": "CAROUSEL", "children": list(self.children), **known}


async def limit(api: Instagram) -> PublishingLimit:
    """How much of the moving limit of posts is used; empty where Instagram does not tell."""
    told = await api.get(f"{ME}/content_publishing_limit", {"fields": "quota_usage,config"}, need=PUBLISH)
    found = next(iter(items(told.get("data"))), {})
    config = member(found, "config")
    duration_s = _whole(config.get("quota_duration"))
    return PublishingLimit(
        used=_whole(found.get("quota_usage")),
        total=_whole(config.get("quota_total")),
        hours=duration_s // 3600 if duration_s else None,
    )


async def require_room(api: Instagram) -> PublishingLimit:
    """The limit, while a post is left. Raises RateLimited where none is."""
    known = await limit(api)
    if known.used is not None and known.total is not None and known.used >= known.total:
        raise RateLimited(
            f"This account has published {known.used} posts by apps in the last {known.hours or 24} hours, "
            "which is all Instagram allows; try again later.",
            retry_after_s=LOOK_AGAIN_S,
        )
    return known


async def container(api: Instagram, body: Mapping[str, Any]) -> str:
    """Hand the media to Instagram; the container's id."""
    return await api.prepare(f"{ME}/media", body, need=PUBLISH)


async def begin_carousel(api: Instagram, waiting: Waiting) -> Job:
    """Make the carousel's container once its items are ready, and publish it once it is."""
    if not await are_ready(api, waiting.children):
        return ongoing(pack(waiting))
    return await finish(api, await container(api, waiting.body))


async def finish(api: Instagram, made: str, *, pauses_s: Sequence[float] | None = None) -> Job:
    """Publish a container when it is ready within a short wait; else the job to ask about."""
    if await are_ready(api, [made], pauses_s):
        return await publish(api, made)
    return ongoing(made)


async def resume(api: Instagram, job: str) -> Job:
    """Where a job stands now; a post that is ready is published.

    For a carousel whose items have become ready its container is made, and the answer names the job to go
    on with: only a container is ever published, so that asking twice never posts twice.
    """
    if not _CONTAINER.fullmatch(job):
        waiting = _waiting_in(job)
        if not await are_ready(api, waiting.children, ()):
            return ongoing(job)
        return ongoing(await container(api, waiting.body))
    state = await _state(api, job)
    if state == PUBLISHED:
        return Job(
            status="published",
            job_id=job,
            note="It was published before; instagram_list_media shows the newest posts with their ids.",
        )
    return await publish(api, job) if state == READY else ongoing(job)


async def publish(api: Instagram, made: str) -> Job:
    """The step everybody sees. Raises OutcomeUnknown, naming the job, where its answer is lost."""
    try:
        media_id = await api.create(f"{ME}/media_publish", {"creation_id": made}, need=PUBLISH)
    except Conflict:
        return ongoing(made)
    except OutcomeUnknown:
        raise OutcomeUnknown(
            "Instagram may have published this, but its answer was lost; ask instagram_get_publish_job with "
            "this job_id, which tells and never publishes twice.",
            details={"job_id": made},
        ) from None
    return Job(status="published", job_id=made, media_id=media_id, permalink=await _permalink(api, media_id))


def ongoing(job: str) -> Job:
    """A job to ask about later."""
    return Job(
        status="in_progress",
        job_id=job,
        note="Not published yet: ask instagram_get_publish_job, which publishes it when it is ready. It ends "
        "after 24 hours.",
    )


async def are_ready(
    api: Instagram, containers: Sequence[str], pauses_s: Sequence[float] | None = None
) -> bool:
    """Whether all are ready, after a short wait. Raises PlatformRejected (refused) and NotFound (ended)."""
    left = list(containers)
    for pause_s in (*(PAUSES_S if pauses_s is None else pauses_s), None):
        left = [one for one in left if await _state(api, one) == ONGOING]
        if not left:
            return True
        if pause_s is None or pause_s >= api.deadline.left_s():
            break
        await api.ctx.client.progress(len(containers) - len(left), len(containers), "Instagram works on it")
        await asyncio.sleep(pause_s)
    return False


async def _state(api: Instagram, made: str) -> str:
    told = await api.get(made, {"fields": "status_code,status"}, need=BASIC)
    state = text_of(told.get("status_code"))
    if state == "EXPIRED":
        raise NotFound("This container ended, because it was not published within 24 hours; publish anew.")
    if state == "ERROR":
        code = _CODE.search(text_of(told.get("status")))
        known = meaning(UNNUMBERED, int(code[1])) if code else None
        kind, sentence = known or (PlatformRejected, "Instagram could not use the media; give another file.")
        raise kind(sentence, details={"platform_subcode": int(code[1])} if code else None)
    return state if state in (PUBLISHED, READY) else ONGOING


async def _permalink(api: Instagram, media_id: str) -> str | None:
    try:
        return text_of((await api.get(media_id, {"fields": "permalink"})).get("permalink")) or None
    except HermesError:
        return None  # what is published is worth telling without its address


def _waiting_in(job: str) -> Waiting:
    try:
        return unpack(job, Waiting)
    except InvalidArgument:
        raise InvalidArgument(
            "'job_id' is not one that instagram_publish gave; publish first.", details={"argument": "job_id"}
        ) from None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None
