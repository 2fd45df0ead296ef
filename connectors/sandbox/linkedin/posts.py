"""Posts and the files in them."""

from typing import Any

from connectors.kit.context import HttpResponse
from connectors.sandbox.linkedin import magic
from connectors.sandbox.linkedin.rest import Refused, Request, answer, created, gone, missing, page_of
from connectors.sandbox.linkedin.state import PAGES, State
from hermes.core import clock

UPLOADS = "https://www.linkedin.com/dms-uploads/sandbox/"
PART_BYTES = 4 * 1024 * 1024
_KINDS = {"images": "image", "documents": "document", "videos": "video"}
_MEMBERS = ("author", "commentary", "visibility", "distribution", "lifecycleState")


async def create(state: State, request: Request) -> HttpResponse:
    """POST /rest/posts."""
    post = request.json if isinstance(request.json, dict) else {}
    for name in _MEMBERS:
        if name not in post:
            raise missing(name)
    text = str(post["commentary"])
    magic.refuse(text)
    _check_author(state, request, str(post["author"]))
    posts = await state.posts()
    if posts and posts[0]["commentary"] == text and posts[0]["author"] == post["author"]:
        raise Refused(422, f"Content is a duplicate of {posts[0]['id']}", code="DUPLICATE_POST")
    await _check_files(state, post.get("content"))
    now, urn = round(clock.now().timestamp() * 1000), f"urn:li:share:{await state.number()}"
    times = {"createdAt": now, "publishedAt": now, "lastModifiedAt": now}
    await state.put_posts([{**post, "id": urn, **times}, *posts])
    return await magic.lose(text, request.asked.deadline_s) or created(urn)


async def listed(state: State, request: Request) -> HttpResponse:
    """GET /rest/posts?q=author."""
    author = request.params.get("author", "")
    if not magic.may_read(request.asked.token):
        raise Refused(403, "Not enough permissions to access: partnerApiPosts.FINDER-author", 100)
    return page_of([post for post in await state.posts() if post["author"] == author], request)


async def read(state: State, request: Request) -> HttpResponse:
    """GET /rest/posts/{urn}."""
    if not magic.may_read(request.asked.token):
        raise Refused(403, "Not enough permissions to access: partnerApiPosts.GET", 100)
    return answer(await one(state, request.path[1]))


async def update(state: State, request: Request) -> HttpResponse:
    """POST /rest/posts/{urn} with X-RestLi-Method: PARTIAL_UPDATE."""
    change = request.json.get("patch", {}).get("$set") if isinstance(request.json, dict) else None
    if not isinstance(change, dict):
        raise missing("patch")
    magic.refuse(str(change.get("commentary", "")))
    post = await one(state, request.path[1])
    post |= {**change, "lastModifiedAt": round(clock.now().timestamp() * 1000)}
    await state.put_posts([post if p["id"] == post["id"] else p for p in await state.posts()])
    return answer(status=204)


async def delete(state: State, request: Request) -> HttpResponse:
    """DELETE /rest/posts/{urn}: what is gone already counts as deleted."""
    await state.put_posts([post for post in await state.posts() if post["id"] != request.path[1]])
    return answer(status=204)


async def one(state: State, urn: str) -> dict[str, Any]:
    """The post with this URN; raises Refused."""
    for post in await state.posts():
        if post["id"] == urn:
            return post
    raise gone(urn)


async def begin_or_end_upload(state: State, request: Request) -> HttpResponse:
    """POST /rest/images, documents or videos with ?action=…"""
    kind = _KINDS[request.path[0]]
    asked = request.json if isinstance(request.json, dict) else {}
    if request.params.get("action") == "finalizeUpload":
        return answer(status=200)
    begin = asked.get("initializeUploadRequest")
    if not isinstance(begin, dict):
        raise missing("initializeUploadRequest")
    _check_author(state, request, str(begin.get("owner")))
    number = await state.number()
    urn = f"urn:li:{kind}:D5{number}"
    await state.put_file(urn, 0)
    told: dict[str, Any] = {"uploadUrlExpiresAt": 1_900_000_000_000, kind: urn}
    if kind == "video":
        size = int(begin.get("fileSizeBytes") or 0)
        told["uploadToken"] = ""
        told["uploadInstructions"] = [
            {"uploadUrl": UPLOADS + urn, "firstByte": at, "lastByte": min(at + PART_BYTES, size) - 1}
            for at in range(0, size, PART_BYTES)
        ]
    else:
        told["uploadUrl"] = UPLOADS + urn
    return answer({"value": told})


async def upload(state: State, urn: str, content: bytes) -> HttpResponse:
    """PUT at an address that an upload was begun with."""
    files = await state.files()
    if urn not in files or not content:
        raise gone(urn)
    await state.put_file(urn, files[urn] + len(content))
    return answer(status=201, headers={"etag": f'"{urn[-8:]}-{files[urn]}"'})


async def file_status(state: State, request: Request) -> HttpResponse:
    """GET /rest/images/{urn} and the like."""
    urn = request.path[1]
    files = await state.files()
    if urn not in files:
        raise gone(urn)
    status = "AVAILABLE" if files[urn] else "WAITING_UPLOAD"
    return answer({"id": urn, "status": status, "owner": state.member})


async def _check_files(state: State, content: Any) -> None:
    files = await state.files()
    media = content.get("media") if isinstance(content, dict) else None
    several = content.get("multiImage") if isinstance(content, dict) else None
    items = [media] if isinstance(media, dict) else several["images"] if isinstance(several, dict) else []
    for item in items:
        if not files.get(item["id"]):
            raise Refused(422, f"Media {item['id']} is not available")


def _check_author(state: State, request: Request, author: str) -> None:
    """A member speaks for himself, and for the sandbox's page where the app may."""
    if author == state.member or (author in PAGES and magic.may_read(request.asked.token)):
        return
    raise Refused(403, f"Viewer is not an admin of the requested organization or not {author}", 100)
