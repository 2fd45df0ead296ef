"""Mail that a new sandbox account has; its numbers are those of the tools' examples."""

import base64
import dataclasses

from connectors.sandbox.web import SAMPLES as FILES

_PDF = base64.encodebytes(FILES["pdf"][1]).replace(b"\n", b"\r\n")


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One message."""

    folder: str
    uid: int
    at: float
    flags: tuple[str, ...]
    source: bytes


def _mail(*lines: str) -> bytes:
    return "\r\n".join((*lines, "")).encode()


SAMPLES = (
    Sample(
        "INBOX",
        41,
        1_793_000_000.0,
        (),
        _mail(
            "From: Hermes sandbox <welcome@sandbox.example>",
            "To: you@sandbox.example",
            "Subject: Welcome to the sandbox",
            "Date: Mon, 26 Oct 2026 07:33:20 +0000",
            "Message-ID: <welcome@sandbox.example>",
            "Content-Type: text/html; charset=utf-8",
            "MIME-Version: 1.0",
            "",
            "<p>This mailbox is <b>yours</b> alone: send, answer, move and delete as you like.</p>",
            "<p>The next message asks about an invoice.</p>",
            '<p><a href="https://sandbox.example/guide">How it works</a></p>',
        ),
    ),
    Sample(
        "INBOX",
        42,
        1_793_100_000.0,
        (),
        _mail(
            "From: Ben Customer <ben@customer.example>",
            "To: you@sandbox.example",
            "Cc: Cleo Customer <cleo@customer.example>",
            "Subject: Question about invoice 2026-118",
            "Date: Tue, 27 Oct 2026 11:20:00 +0000",
            "Message-ID: <question-118@customer.example>",
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="sandbox"',
            "",
            "--sandbox",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Hello,",
            "",
            "could you tell me what the second line of the invoice is for?",
            "",
            "Ben",
            "--sandbox",
            'Content-Type: application/pdf; name="invoice.pdf"',
            'Content-Disposition: attachment; filename="invoice.pdf"',
            "Content-Transfer-Encoding: base64",
            "",
            _PDF.decode() + "--sandbox--",
        ),
    ),
    Sample(
        "Drafts",
        7,
        1_793_200_000.0,
        ("\\Draft", "\\Seen"),
        _mail(
            "To: ben@customer.example",
            "Subject: Our offer",
            "Date: Wed, 28 Oct 2026 15:06:40 +0000",
            "Message-ID: <offer-draft@sandbox.example>",
            "Content-Type: text/plain; charset=utf-8",
            "MIME-Version: 1.0",
            "",
            "Here is our offer.",
        ),
    ),
)
