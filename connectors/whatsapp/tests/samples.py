"""Templates as Meta lists them, and small files."""

from typing import Any

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L" + bytes(20)
ANIMATED_WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + bytes(200 * 1024)


def template(
    name: str,
    *components: dict[str, Any],
    language: str = "en_US",
    status: str = "APPROVED",
    category: str = "UTILITY",
    **more: Any,
) -> dict[str, Any]:
    """One entry of `message_templates`."""
    return {
        "id": str(1192339204654000 + sum(f"{name}{language}".encode())),
        "name": name,
        "language": language,
        "status": status,
        "category": category,
        "components": list(components),
        **more,
    }


def body(text: str) -> dict[str, Any]:
    """A BODY."""
    return {"type": "BODY", "text": text}


def header(format_: str, text: str = "") -> dict[str, Any]:
    """A HEADER."""
    return {"type": "HEADER", "format": format_} | ({"text": text} if text else {})


def buttons(*items: dict[str, Any]) -> dict[str, Any]:
    """BUTTONS."""
    return {"type": "BUTTONS", "buttons": list(items)}


TRACK = {"type": "URL", "text": "Track", "url": "https://acme.example/t/{{1}}", "example": ["https://x/1"]}
SITE = {"type": "URL", "text": "Site", "url": "https://acme.example"}
QUICK = {"type": "QUICK_REPLY", "text": "Stop"}
CODE = {"type": "COPY_CODE", "text": "Copy", "example": ["X"]}
CALL = {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+14155550123"}
OTP = {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}

TEMPLATES: tuple[dict[str, Any], ...] = (
    template("hello_world", header("TEXT", "Hello"), body("Welcome!"), category="MARKETING"),
    template("order_shipped", body("Hi {{1}}, order {{2}} is on its way."), buttons(CALL, TRACK)),
    template("order_shipped", body("Hallo {{1}}, Bestellung {{2}} ist unterwegs."), language="de"),
    template("order_ready", body("It is ready.")),
    template(
        "named_invoice",
        header("TEXT", "Invoice {{number}}"),
        body("Dear {{first_name}}, {{amount}} is due."),
        parameter_format="NAMED",
    ),
    template("with_picture", header("IMAGE"), body("Look, {{1}}.")),
    template("with_paper", header("DOCUMENT"), body("Your invoice.")),
    template("with_place", header("LOCATION"), body("We are here.")),
    template("offer", body("Take {{1}} off."), buttons(CODE, QUICK, SITE), category="MARKETING"),
    template("login_code", body("{{1}} is your code."), buttons(OTP), category="AUTHENTICATION"),
    template("paused_one", body("Wait."), status="PAUSED"),
    template("refused_one", body("No."), status="REJECTED", rejected_reason="PROMOTIONAL"),
    template("cards", body("Swipe."), {"type": "CAROUSEL", "cards": []}, category="MARKETING"),
)
