"""Small files that stand for any file on the web: the sandbox fetches nothing."""

import base64

from connectors.kit.context import HttpResponse

# An address with this in its path cannot be loaded.
UNREACHABLE_LINK = "missing"

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
SAMPLES = {
    "png": ("image/png", _PNG),
    "jpg": ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"),
    "webp": (
        "image/webp",
        b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00",
    ),
    "mp4": ("video/mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
    "ogg": ("audio/ogg", b"OggS\x00\x02" + bytes(22)),
    "mp3": ("audio/mpeg", b"ID3\x04\x00\x00\x00\x00\x00\x00"),
    "pdf": ("application/pdf", _PDF + b"trailer<</Root 1 0 R>>\n%%EOF\n"),
    "txt": ("text/plain", b"A file of the sandbox.\n"),
}
_ENDINGS = {"jpeg": "jpg", "m4a": "mp3"}


def from_the_web(path: str) -> HttpResponse:
    """The sample file for an address outside of the platform, by its ending; nothing is fetched."""
    if UNREACHABLE_LINK in path:
        return HttpResponse(status=404, headers={"content-type": "text/plain"}, body=b"Not found")
    ending = path.rpartition(".")[2].lower()
    mime_type, content = SAMPLES.get(_ENDINGS.get(ending, ending), SAMPLES["txt"])
    return HttpResponse(status=200, headers={"content-type": mime_type}, body=content)
