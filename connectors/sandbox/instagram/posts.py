"""Posts and the containers they are made in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox import lost
from connectors.sandbox.graph import GraphError, Refusal, Request, answer, invalid, unknown_object
from connectors.sandbox.instagram import magic
from connectors.sandbox.instagram.comments import under
from connectors.sandbox.instagram.fields import chosen, listed, page_of
from connectors.sandbox.instagram.samples import post
from connectors.sandbox.instagram.state import State, stamp
from connectors.sandbox.web import UNREACHABLE_LINK

NOT_LOADED = Refusal(
    9004,
    "Only photo or video can be accepted as media type. The media could not be fetched.",
    subcode=2207052,
)
NOT_JPEG = Refusal(36001, "The image format is not supported.", subcode=2207005)
NOT_READY = Refusal(9007, "The media is not ready to be published. Please wait a moment.", subcode=2207027)
USED = Refusal(24, "The media builder was already published or has expired.", subcode=2207008)
NUMBERS = {"views": 240, "reach": 180, "likes": 12, "comments": 3, "shares": 2, "saved": 4}


async def all_posts(state: State, request: Request) -> HttpResponse:
    """GET /me/media: the newest first; stories are not told here."""
    posts = [await _node(state, one) for one in reversed((await state.table("media")).values())]
    shown = [one for one in posts if one["media_product_type"] != "STORY" and _is_between(one, request)]
    return page_of(shown, request, "IGMedia")


async def one_post(state: State, request: Request) -> HttpResponse:
    """GET /{media}."""
    found = await find(state, request.path[0])
    return answer(chosen(await _node(state, found), request.params.get("fields", "id"), "IGMedia"))


async def numbers(state: State, request: Request) -> HttpResponse:
    """GET /{media}/insights."""
    magic.require_permission(request.token)
    await find(state, request.path[0])
    metrics = [name for name in request.params.get("metric", "").split(",") if name]
    if not metrics:
        raise invalid("The parameter metric is required.")
    data = [
        {"name": name, "period": "lifetime", "values": [{"value": NUMBERS.get(name, 1)}], "id": name}
        for name in metrics
    ]
    return answer({"data": data})


async def find(state: State, media_id: str) -> dict[str, Any]:
    """The post with this id; raises GraphError."""
    found = (await state.table("media")).get(media_id)
    if found is None:
        raise unknown_object(media_id)
    return found


async def prepare(state: State, request: Request) -> HttpResponse:
    """POST /me/media: a container. Images are ready at once, videos at the second look."""
    magic.require_permission(request.token)
    given = request.json if isinstance(request.json, dict) else {}
    kind, children = str(given.get("media_type") or ""), given.get("children") or []
    address = str(given.get("video_url") or given.get("image_url") or "")
    word = magic.word_in(given.get("caption"), address)
    magic.refuse(word)
    if kind == "CAROUSEL":
        kept = await state.table("containers")
        if not 2 <= len(children) <= 10 or any(child not in kept for child in children):
            raise invalid("Invalid parameter: children")
        if any(kept[child]["state"] != "FINISHED" for child in children):
            raise GraphError(NOT_READY)
        children = [kept[child]["address"] for child in children]
    else:
        _check_file(given, kind, address)
    made = await state.number()
    is_video = "video_url" in given
    await state.put(
        "containers",
        made,
        {
            "id": made,
            "kind": "CAROUSEL_ALBUM" if children else "VIDEO" if is_video else "IMAGE",
            "product": {"REELS": "REELS", "STORIES": "STORY"}.get(kind, "FEED"),
            "caption": str(given.get("caption") or ""),
            "alt_text": given.get("alt_text"),
            "address": address,
            "children": children,
            "word": word,
            "looks": magic.LOOKS if word == magic.WAITING else 1 if is_video else 0,
            "state": "IN_PROGRESS" if is_video or word == magic.WAITING else "FINISHED",
        },
    )
    return answer({"id": made})


async def progress(state: State, request: Request, container: dict[str, Any]) -> HttpResponse:
    """GET /{container}."""
    if container["state"] == "IN_PROGRESS":
        container["looks"] -= 1
        container["state"] = "IN_PROGRESS" if container["looks"] >= 0 else "FINISHED"
    status = {"FINISHED": "Finished: Media has been uploaded and it is ready to be published."}
    if container["word"] == magic.REJECTED:
        container["state"] = "ERROR"
        status["ERROR"] = "Error: Media upload has failed with error code 2207026"
    if container["word"] == magic.ENDED:
        container["state"] = "EXPIRED"
    await state.put("containers", container["id"], container)
    node = {
        "id": container["id"],
        "status_code": container["state"],
        "status": status.get(container["state"], container["state"].replace("_", " ").capitalize()),
    }
    return answer(chosen(node, request.params.get("fields", "id"), "IGContainer"))


async def publish(state: State, request: Request) -> HttpResponse:
    """POST /me/media_publish: once for each container."""
    magic.require_permission(request.token)
    given = request.json if isinstance(request.json, dict) else {}
    made = str(given.get("creation_id") or "")
    container = (await state.table("containers")).get(made)
    if container is None:
        raise GraphError(Refusal(24, "The media cannot be found.", subcode=2207006))
    if container["word"] == magic.LIMITED:
        raise GraphError(magic.PUBLISHED_TOO_MUCH)
    if container["state"] != "FINISHED":
        raise GraphError(USED if container["state"] == "PUBLISHED" else NOT_READY)
    media_id = await state.number()
    told = {"children": container["children"], "alt_text": container.get("alt_text")}
    kind, product = container["kind"], container["product"]
    await state.put(
        "media", media_id, post(media_id, kind, product, container["caption"], stamp(), by_app=True, **told)
    )
    await state.put("containers", made, container | {"state": "PUBLISHED"})
    return await lost.lose(container["word"], request.deadline_s) or answer({"id": media_id})


async def published_today(state: State) -> int:
    """How many posts the app has published in the last 24 hours."""
    since = datetime.now(UTC) - timedelta(days=1)
    own = [one for one in (await state.table("media")).values() if one.get("by_app")]
    return sum(datetime.fromisoformat(one["timestamp"]) > since for one in own)


def _check_file(given: dict[str, Any], kind: str, address: str) -> None:
    if not address or ("image_url" in given and "video_url" in given):
        raise invalid("The parameter image_url or video_url is required.")
    if kind == "REELS" and "video_url" not in given:
        raise invalid("The parameter video_url is required.")
    # A link of Hermes itself is plain http on a laptop, and nothing is fetched here anyway.
    if not address.startswith(("https://", "http://")) or UNREACHABLE_LINK in address:
        raise GraphError(NOT_LOADED)
    if "image_url" in given and address.partition("?")[0].lower().endswith((".png", ".gif", ".webp")):
        raise GraphError(NOT_JPEG)


async def _node(state: State, kept: dict[str, Any]) -> dict[str, Any]:
    children = [
        {"id": f"{int(kept['id']) + 900 + n}", "media_type": "IMAGE", "media_url": url, "thumbnail_url": None}
        for n, url in enumerate(kept["children"])
    ]
    comments = await under(state, kept["id"])
    return kept | {
        "comments_count": len(comments),
        "thumbnail_url": kept["media_url"] if kept["media_type"] == "VIDEO" else None,
        "children": listed(children, "IGMedia"),
    }


def _is_between(node: dict[str, Any], request: Request) -> bool:
    at = datetime.fromisoformat(node["timestamp"]).timestamp()
    since, until = request.params.get("since", ""), request.params.get("until", "")
    return (not since.isdecimal() or at >= int(since)) and (not until.isdecimal() or at < int(until))
