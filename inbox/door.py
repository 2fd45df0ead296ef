"""`/webhook/<platform>[/<connection>]`, raw ASGI: verify, store, then acknowledge."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

import structlog
from django.conf import settings

from connectors.kit.webhook import Answer, Handshake
from connectors.registry import all_connectors
from hermes.core import metrics
from hermes.core.asgi import ClientGone, Receive, Scope, Send, respond, respond_problem
from hermes.core.bodies import Room, read_body
from hermes.core.errors import Forbidden, HermesError, Internal, NotFound
from hermes.core.ids import is_id
from inbox import intake, nudge

LIMIT_BODY_BYTES = 3 << 20  # Meta: "Payloads can be up to 3 MB."
log = structlog.get_logger(__name__)


async def webhook(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request below `/webhook/`.

    POST: 200, or the platform's own answer, once the delivery is committed; 401 for a signature that does
    not fit (400 to Stripe), 408 for a body that comes too slowly, 413 beyond 3 MiB, 503 while it cannot be
    stored (platforms post it again). GET: the platform's handshake, 403 for a wrong token.
    """
    try:
        platform, addressee = _place(scope["path"])
        spec = intake.spec_of(platform)
        if scope["method"] == "POST":
            is_open = _is_connection(platform, addressee) if addressee else not spec.is_per_connection
            if not is_open:
                raise NotFound("There is no such connection. Check the webhook's address.")
            await _tell(send, await _taken_in(scope, receive, platform, addressee))
        elif scope["method"] == "GET" and spec.handshake is not None:
            await _tell(send, _challenge(spec.handshake, scope))
        else:
            methods = b"GET, POST" if spec.handshake is not None else b"POST"
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


async def _taken_in(scope: Scope, receive: Receive, platform: str, addressee: str) -> Answer:
    """Verify and store; what the platform is told then."""
    async with Room() as room:
        body = await read_body(scope, receive, LIMIT_BODY_BYTES, room)
        keys = await intake.keys_of_connection(platform, addressee)
        posted = intake.verified(platform, _headers(scope), body, addressee=addressee, keys=keys)
        await intake.store(posted)
        nudge.nudge()
        spec = intake.spec_of(platform)
        return spec.answer(body) if spec.answer is not None else Answer()


def _is_connection(platform: str, addressee: str) -> bool:
    """Whether such a connection may be; Stripe has none."""
    return platform in all_connectors() and is_id(addressee, "con")


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


async def _tell(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type.encode())]
    await respond(send, answer.status, answer.body, headers)


def _challenge(handshake: Handshake, scope: Scope) -> Answer:
    query = dict(parse_qsl(bytes(scope["query_string"]).decode("latin-1"), keep_blank_values=True))
    token = getattr(settings, handshake.token_setting)
    answer = handshake.answer(token if isinstance(token, str) else next(iter(token), ""), query)
    if answer is None:
        raise Forbidden("The verify token does not fit. Check it in the platform's app and in the settings.")
    return answer
