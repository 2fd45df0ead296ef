"""Publishing posts."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta
from msgspec.structs import replace

from connectors.instagram import containers, limits, outputs
from connectors.instagram.client import Instagram
from connectors.instagram.media import Address, Given, given, public, typed
from connectors.instagram.tools.common import HASHTAG, MENTION, require_at_most
from connectors.kit.context import ToolContext
from connectors.kit.tool import SEND, UPDATE, Params, Tool, ToolResult
from hermes.core.errors import InvalidArgument

FILE = {"image": "image_url", "video": "video_url"}
# Which files a kind of post takes.
TAKES = {
    "image": ("image",),
    "reel": ("video",),
    "story": ("image", "video"),
    "carousel": ("image", "video"),
}
CARRIES_JPEG = "image/jpeg"


class Publish(Params, frozen=True, kw_only=True):
    """A new post."""

    kind: Annotated[
        Literal["image", "carousel", "reel", "story"],
        Meta(
            description="image: one JPEG; carousel: 2-10 JPEGs and videos; reel: one video up to 15 min; "
            "story: one JPEG or video up to 60 s, gone after 24 hours."
        ),
    ]
    media: Annotated[
        list[Address],
        Meta(
            min_length=1,
            max_length=limits.CAROUSEL_ITEMS,
            description="The files in their order: public https:// addresses, which Instagram fetches, or "
            "data: URIs. Images as JPEG up to 8 MB, videos as MP4 or MOV.",
        ),
    ]
    caption: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=limits.CAPTION_CHARS,
                description="Up to 2,200 characters, 30 #hashtags, 20 @mentions; not for stories.",
            ),
        ]
        | None
    ) = None
    alt_text: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=limits.ALT_CHARS,
                description="What an image shows, for people who do not see it; kind image only.",
            ),
        ]
        | None
    ) = None
    location: (
        Annotated[
            str,
            Meta(
                max_length=30,
                pattern=r"^[0-9]{1,30}$",
                description="Id of a Facebook page that has a place; not for stories.",
            ),
        ]
        | None
    ) = None


async def publish(ctx: ToolContext, params: Publish) -> ToolResult:
    """Check, hand over, wait a little, publish."""
    _check(params)
    files = [given(one, "media") for one in params.media]
    api = Instagram(ctx)
    room = await containers.require_room(api)
    files = [await typed(api, file) for file in files]
    for file in files:
        _check_file(file, params.kind)
    job = await _begin(api, params, files)
    used = room.used + 1 if room.used is not None and job.media_id else room.used
    data = replace(job, publishing_limit=replace(room, used=used))
    return ToolResult(data=data, upstream_id=job.media_id or None)


async def _begin(api: Instagram, params: Publish, files: Sequence[Given]) -> outputs.Job:
    if params.kind == "carousel":
        children = [
            await containers.container(
                api,
                {**await _file(api, file), "is_carousel_item": True}
                | ({"media_type": "VIDEO"} if file.kind == "video" else {}),
            )
            for file in files
        ]
        waiting = containers.Waiting(children, params.caption, params.location)
        return await containers.begin_carousel(api, waiting)
    body = {"media_type": {"reel": "REELS", "story": "STORIES"}.get(params.kind)}
    told = {"caption": params.caption, "alt_text": params.alt_text, "location_id": params.location}
    body |= told | await _file(api, files[0])
    made = await containers.container(api, {name: value for name, value in body.items() if value})
    return await containers.finish(api, made)


async def _file(api: Instagram, file: Given) -> dict[str, Any]:
    return {FILE.get(file.kind, FILE["image"]): await public(api, file)}


def _check(params: Publish) -> None:
    is_many = params.kind == "carousel"
    if is_many != (len(params.media) > 1):
        raise InvalidArgument(
            "A carousel takes 2 to 10 files; every other kind takes one.", details={"argument": "media"}
        )
    if params.kind == "story":
        for name in ("caption", "location"):
            if getattr(params, name):
                raise InvalidArgument(f"A story takes no {name}; leave it out.", details={"argument": name})
    if params.alt_text and params.kind != "image":
        raise InvalidArgument("'alt_text' is for kind image only.", details={"argument": "alt_text"})
    caption = params.caption or ""
    require_at_most(len(HASHTAG.findall(caption)), limits.CAPTION_HASHTAGS, "hashtags", "caption")
    require_at_most(len(MENTION.findall(caption)), limits.CAPTION_MENTIONS, "mentions", "caption")


def _check_file(file: Given, kind: str) -> None:
    """What the address tells of the type is checked here, the rest by Instagram."""
    told = "" if not file.mime_type else f"; this one is {file.mime_type}"
    if file.kind and file.kind not in TAKES[kind]:
        raise InvalidArgument(
            f"This kind of post takes {' or '.join(TAKES[kind])} files{told}.", details={"argument": "media"}
        )
    if file.kind == "image" and file.mime_type != CARRIES_JPEG:
        raise InvalidArgument(f"Instagram takes images as JPEG{told}.", details={"argument": "media"})


class GetPublishJob(Params, frozen=True, kw_only=True):
    """Which job."""

    job_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=16_000,
            pattern=r"^[A-Za-z0-9_-]+$",
            description="`job_id` of instagram_publish, or of the answer before.",
        ),
    ]


async def get_publish_job(ctx: ToolContext, params: GetPublishJob) -> ToolResult:
    """Tell where a post is, and publish it where it is ready."""
    job = await containers.resume(Instagram(ctx), params.job_id)
    return ToolResult(data=job, upstream_id=job.media_id or None)


TOOLS = (
    Tool(
        name="instagram_publish",
        title="Publish on Instagram",
        description="Publish an image, a carousel, a reel or a story, for everybody to see. Instagram "
        "fetches the files and works on them: images are published at once; for videos that take longer the "
        "answer is in_progress with a job_id for instagram_get_publish_job. Returns the post's media_id and "
        "address. Counts against the account's daily limit (instagram_get_profile).",
        params=Publish,
        output=outputs.Job,
        handler=publish,
        hints=SEND,
        core=True,
        redact=frozenset({"media"}),
        example={
            "kind": "image",
            "media": ["https://images.example.com/cake.jpg"],
            "caption": "We open on Monday! #bakery",
            "alt_text": "A chocolate cake",
        },
    ),
    Tool(
        name="instagram_get_publish_job",
        title="Check Instagram post",
        description="Tell whether a post begun by instagram_publish is in_progress or published, and "
        "publish it now if Instagram is done with its files. Ask about once a minute. A post is never "
        "published twice, however often this is asked; a job ends after 24 hours.",
        params=GetPublishJob,
        output=outputs.Job,
        handler=get_publish_job,
        hints=UPDATE,
        example={"job_id": "17889455560051444"},
    ),
)
