"""Files on their way out and back: types, sizes, and where the token goes."""

import base64
from typing import Any

import pytest

from connectors.kit.testing import FakeInbox
from connectors.whatsapp.limits import HELD_BYTES
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import NUMBER, Fault, Meta
from connectors.whatsapp.tests.samples import ANIMATED_WEBP, PNG, WEBP
from hermes.core.errors import HermesError, InvalidArgument, NotFound, PlatformRejected, TooLarge


def send(call: Calling, kind: str, file: str, **more: Any) -> dict[str, Any]:
    """Send a file and return the message Meta got."""
    call("whatsapp_send_media", to="+14155550123", kind=kind, file=file, **more)
    sent: dict[str, Any] = call.meta.sent()[-1]
    return sent


def test_media_already_at_whatsapp_is_sent_by_its_id(call: Calling, meta: Meta) -> None:
    sent = send(call, "image", "4490709327384033", caption="Roses")
    assert sent["image"] == {"id": "4490709327384033", "caption": "Roses"}
    assert [s.method for s in meta.seen] == ["POST"]


def test_a_file_of_the_customers_is_fetched_handed_in_and_sent(call: Calling, meta: Meta) -> None:
    sent = send(call, "image", meta.shop("rose.png", "image/png", PNG))
    assert meta.media[sent["image"]["id"]] == ("image/png", PNG)
    upload = next(s for s in meta.seen if s.path == f"/v26.0/{NUMBER}/media")
    assert upload.body["messaging_product"] == "whatsapp"
    assert upload.body["file"][0] == "rose.png"


def test_the_token_never_goes_to_the_customers_server(call: Calling, meta: Meta) -> None:
    send(call, "image", meta.shop("rose.png", "image/png", PNG))
    fetched = next(s for s in meta.seen if s.path.startswith("/shop/"))
    assert "authorization" not in fetched.headers


def test_a_document_keeps_its_name_and_may_be_renamed(call: Calling, meta: Meta) -> None:
    address = meta.shop("Price%20list.pdf", "application/pdf", b"%PDF-1.7")
    assert send(call, "document", address)["document"]["filename"] == "Price list.pdf"
    renamed = send(call, "document", address, filename="Prices 2026.pdf", caption="New")
    assert renamed["document"]["filename"] == "Prices 2026.pdf"
    assert renamed["document"]["caption"] == "New"


def test_what_was_sent_is_kept_with_its_facts(call: Calling, meta: Meta) -> None:
    address = meta.shop("rose.png", "image/png", PNG)
    result = call.result("whatsapp_send_media", to="+14155550123", kind="image", file=address, caption="R")
    media = result.sent[0].media or {}
    assert (media["mime_type"], media["file_size"], media["filename"]) == ("image/png", len(PNG), "rose.png")
    assert result.sent[0].text == "R"


def test_a_server_that_does_not_know_the_type_is_helped_by_the_name(call: Calling, meta: Meta) -> None:
    sent = send(call, "image", meta.shop("rose.png", "application/octet-stream", PNG))
    assert meta.media[sent["image"]["id"]][0] == "image/png"


@pytest.mark.parametrize(
    ("kind", "mime_type", "content"),
    [
        ("image", "image/gif", PNG),
        ("image", "text/html; charset=utf-8", b"<html>"),
        ("sticker", "image/png", PNG),
        ("audio", "audio/wav", b"RIFF"),
        ("image", "image/png", b""),
        ("video", "a\tb/c", b"x"),
    ],
)
def test_a_type_whatsapp_does_not_take_is_refused(
    kind: str, mime_type: str, content: bytes, call: Calling, meta: Meta
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        send(call, kind, meta.shop("file", mime_type, content))
    assert caught.value.details == {"argument": "file"}
    assert meta.sent() == []
    assert not any(s.path.endswith("/media") for s in meta.seen)


@pytest.mark.parametrize(
    ("kind", "mime_type", "size"),
    [
        ("image", "image/png", 5 * 1024**2 + 1),
        ("audio", "audio/ogg", 16 * 1024**2 + 1),
        ("sticker", "image/webp", 500 * 1024 + 1),
    ],
)
def test_a_file_beyond_the_limit_of_its_kind_is_too_large(
    kind: str, mime_type: str, size: int, call: Calling, meta: Meta
) -> None:
    with pytest.raises(TooLarge, match=f"A WhatsApp {kind} may have at most"):
        send(call, kind, meta.shop("file", mime_type, bytes(size)))
    assert meta.sent() == []


def test_only_an_animated_sticker_may_have_more_than_100_kb(call: Calling, meta: Meta) -> None:
    assert send(call, "sticker", meta.shop("a.webp", "image/webp", ANIMATED_WEBP))["sticker"]["id"]
    still = WEBP + bytes(100 * 1024)
    with pytest.raises(TooLarge, match="100 kB"):
        send(call, "sticker", meta.shop("b.webp", "image/webp", still))


def test_a_document_too_large_to_be_held_goes_as_a_link(call: Calling, meta: Meta) -> None:
    address = meta.shop("film.pdf", "application/pdf", bytes(HELD_BYTES + 1))
    assert send(call, "document", address)["document"] == {"link": address, "filename": "film.pdf"}


@pytest.mark.parametrize(
    "file", ["ftp://example.com/a.png", "a.png", "//example.com/a", "https://", "https://a b", "javascript:x"]
)
def test_what_is_no_address_is_refused(file: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument) as caught:
        send(call, "image", file)
    assert caught.value.details == {"argument": "file"}
    assert meta.seen == []


@pytest.mark.parametrize(
    "file",
    ["https://127.0.0.1/a.png", "https://[::1]/a.png", "https://169.254.169.254/latest", "http://10.0.0.1/"],
)
def test_an_inner_address_is_never_fetched(file: str, call: Calling, meta: Meta) -> None:
    """SS01: the guard stands between an agent's address and the network."""
    with pytest.raises(InvalidArgument) as caught:
        send(call, "image", file)
    assert caught.value.details == {"argument": "file"}
    assert meta.seen == []


def test_a_redirect_is_not_followed(call: Calling, meta: Meta) -> None:
    """SS05."""
    meta.faults.append(Fault(path="/shop/", status=302, headers={"location": "http://169.254.169.254/"}))
    with pytest.raises(InvalidArgument, match="redirects"):
        send(call, "image", meta.shop("rose.png", "image/png", PNG))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_file_that_is_not_served_is_the_callers_to_correct(status: int, call: Calling, meta: Meta) -> None:
    """Another server's 401 must not look like a refused access token."""
    meta.faults.append(Fault(path="/shop/", status=status, body={}))
    with pytest.raises(InvalidArgument, match=f"HTTP {status}"):
        send(call, "image", meta.shop("rose.png", "image/png", PNG))


@pytest.mark.parametrize("kind", ["audio", "sticker"])
def test_a_caption_needs_a_kind_that_has_one(kind: str, call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument, match="no caption"):
        send(call, kind, "4490709327384033", caption="Roses")
    assert meta.seen == []


def received(meta: Meta, mime_type: str, content: bytes) -> str:
    """A file somebody sent to the business."""
    meta.media["2621233374848975"] = (mime_type, content)
    return "2621233374848975"


def test_a_small_picture_comes_back_inline(call: Calling, meta: Meta) -> None:
    result = call.result("whatsapp_get_media", media_id=received(meta, "image/png", PNG))
    assert result.content[0] == {
        "type": "image",
        "data": base64.b64encode(PNG).decode(),
        "mimeType": "image/png",
    }
    data = call("whatsapp_get_media", media_id="2621233374848975")
    assert (data["mime_type"], data["size_bytes"], data["inline"]) == ("image/png", len(PNG), True)


def test_a_document_comes_back_as_an_embedded_resource(call: Calling, meta: Meta) -> None:
    result = call.result("whatsapp_get_media", media_id=received(meta, "application/pdf", b"%PDF"))
    assert result.content[0]["resource"] == {
        "uri": "hermes://media/2621233374848975",
        "mimeType": "application/pdf",
        "blob": base64.b64encode(b"%PDF").decode(),
    }


def test_a_large_file_is_told_of_and_not_loaded(call: Calling, meta: Meta) -> None:
    data = call("whatsapp_get_media", media_id=received(meta, "video/mp4", bytes(400_000)))
    assert (data["inline"], data["size_bytes"]) == (False, 400_000)
    assert "180 kB" in data["note"]
    (link,) = call.result("whatsapp_get_media", media_id="2621233374848975").content
    assert (link["type"], link["uri"], link["size"]) == ("resource_link", data["url"], 400_000)
    assert not any(s.path.startswith("/files/") for s in meta.seen)


def test_a_photo_of_a_phone_comes_back_inline(call: Calling, meta: Meta) -> None:
    assert call("whatsapp_get_media", media_id=received(meta, "image/jpeg", bytes(400_000)))["inline"] is True


def test_a_file_is_found_by_its_message(call: Calling, meta: Meta) -> None:
    stored = {"id": received(meta, "image/png", PNG), "filename": "rose.png", "mime_type": "image/png"}
    call.inbox = FakeInbox(messages={"wamid.A": {"message_id": "wamid.A", "media": stored}})
    assert call("whatsapp_get_media", message_id="wamid.A")["filename"] == "rose.png"


def test_a_message_without_a_file_says_so(call: Calling, meta: Meta) -> None:
    call.inbox = FakeInbox(messages={"wamid.A": {"message_id": "wamid.A"}})
    with pytest.raises(NotFound, match="no file"):
        call("whatsapp_get_media", message_id="wamid.A")
    assert meta.seen == []


def test_media_of_another_number_is_not_found(call: Calling) -> None:
    with pytest.raises(NotFound):
        call("whatsapp_get_media", media_id="9999999999")


@pytest.mark.parametrize("arguments", [{}, {"message_id": "wamid.A", "media_id": "2621233374848975"}])
def test_one_of_message_and_media_is_named(arguments: dict[str, str], call: Calling, meta: Meta) -> None:
    with pytest.raises(InvalidArgument, match="either"):
        call("whatsapp_get_media", **arguments)
    assert meta.seen == []


@pytest.mark.parametrize("media_id", ["../me", "12/34", "1?x=1", "abc"])
def test_a_media_id_cannot_reach_another_path(media_id: str, call: Calling, meta: Meta) -> None:
    """R-51, also where the id comes from a stored message."""
    with pytest.raises(InvalidArgument):
        call("whatsapp_get_media", media_id=media_id)
    call.inbox = FakeInbox(messages={"wamid.A": {"media": {"id": media_id}}})
    with pytest.raises(InvalidArgument):
        call("whatsapp_get_media", message_id="wamid.A")
    assert meta.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_token_goes_to_metas_hosts_only(url: str, call: Calling, meta: Meta) -> None:
    received(meta, "image/png", PNG)
    meta.faults.append(
        Fault(
            path="/2621233374848975", status=200, body={"url": url, "mime_type": "image/png", "file_size": 9}
        )
    )
    with pytest.raises(PlatformRejected, match="Meta's own"):
        call("whatsapp_get_media", media_id="2621233374848975")
    assert len(meta.seen) == 1


def test_a_file_larger_than_announced_is_told_of_and_not_handed_over(call: Calling, meta: Meta) -> None:
    received(meta, "image/png", bytes(800_000))
    facts = {"url": f"{meta.base}/files/2621233374848975", "mime_type": "image/png", "file_size": "12"}
    meta.faults.append(Fault(path="/2621233374848975$", status=200, body=facts))
    assert call("whatsapp_get_media", media_id="2621233374848975")["inline"] is False


def test_an_upload_that_was_cut_off_is_repeated_but_the_message_is_sent_once(
    call: Calling, meta: Meta
) -> None:
    meta.faults.append(Fault("POST", "/media"))
    send(call, "image", meta.shop("rose.png", "image/png", PNG))
    assert sum(s.path.endswith("/media") for s in meta.seen) == 2
    assert len(meta.sent()) == 1


def test_an_upload_that_fails_for_good_has_sent_nothing(call: Calling, meta: Meta) -> None:
    meta.faults += [Fault("POST", "/media") for _ in range(3)]
    with pytest.raises(HermesError) as caught:
        send(call, "image", meta.shop("rose.png", "image/png", PNG))
    assert caught.value.code == "platform_unavailable"
    assert meta.sent() == []
