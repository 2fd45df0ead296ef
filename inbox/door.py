"""`/webhook/<platform>[/<connection>]`, raw ASGI: verify, store, then acknowledge."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

import structlog
from django.conf import settings

from connectors.kit.webhook import Handshake
from hermes.core import metrics
from hermes.core.asgi import ClientGone, Receive, Scope, Send, read_body, respond, respond_problem
from hermes.core.errors import Forbidden, HermesError, Internal, NotFound
from hermes.core.ids import is_id
from inbox import intake, nudge

LIMIT_BODY_BYTES = 3 << 20  # Meta: "Payloads can be up to 3 MB."
_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
log = structlog.get_logger(__name__)


async def webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request below `/webhook/`.

    POST: 200 once the delivery is committed; 401 for a signature that does not fit, 413 beyond 3 MiB, 503
    while it cannot be stored (platforms post it again). GET: the platform's handshake, 403 for a wrong token.
    """
    try:
        platform, addressee = _place(scope["path"])
        handshake = intake.spec_of(platform).handshake
        if scope["method"] == "POST":
            if addressee and not is_id(addressee, "con"):
                raise NotFound("There is no such connection. Check the webhook's address.")
            body = await read_body(scope, receive, LIMIT_BODY_BYTES)
            posted = intake.verified(platform, _headers(scope), body, addressee=addressee)
            await intake.store(posted)
            nudge.nudge()
            await respond(send, 200, b"", _TEXT)
        elif scope["method"] == "GET" and handshake is not None:
            await respond(send, 200, _challenge(handshake, scope), _TEXT)
        else:
            methods = b"GET, POST" if handshake is not None else b"POST"
            await respond(send, 405, b"", [(b"allow", methods)])
    except ClientGone:
        return
    except HermesError as error:
        await respond_problem(send, error)
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("webhook_failed")
        metrics.count("webhook_refused", "fault")
        await respond_problem(send, Internal("Hermes failed; the fault is logged. Post it again later."))


def _place(path: str) -> tuple[str, str]:
    match path.removeprefix("/webhook/").removesuffix("/").split("/"):
        case [platform]:
            return platform, ""
        case [platform, addressee]:
            return platform, addressee
    raise NotFound("No platform posts here. Check the webhook's address.")


def _headers(scope: Scope) -> Mapping[str, str]:
    """The first value of each header."""
    return {bytes(k).decode("latin-1"): bytes(v).decode("latin-1") for k, v in reversed(scope["headers"])}


def _challenge(handshake: Handshake, scope: Scope) -> bytes:
    query = dict(parse_qsl(bytes(scope["query_string"]).decode("latin-1"), keep_blank_values=True))
    answer = handshake.answer(getattr(settings, handshake.token_setting), query)
    if answer is None:
        raise Forbidden("The verify token does not fit. Check it in the platform's app and in the settings.")
    return answer.encode("utf-8", "replace")
