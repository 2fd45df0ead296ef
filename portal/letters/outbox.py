"""The letters on their way. The row is the promise, the word to the workers only makes it quick."""

import time
from datetime import timedelta
from functools import partial

import msgspec
import structlog
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F

from hermes.core import clock, crypto, metrics
from hermes.core.subkeys import subkey
from inbox import nudge
from portal.letters import writing
from portal.models import Letter

TASK = "portal.send_letters"
WAITS_S = (30, 120, 600, 1_800, 7_200, 14_400, 28_800)  # after the first try, the second, …
KEPT = timedelta(days=90)
BATCH = 50
_KID, _PLACE = "letter", ("letter",)
log = structlog.get_logger(__name__)


class Sealed(msgspec.Struct):
    """What a row holds: links in it are good for whoever has them, so it is sealed."""

    subject: str
    text: str


def put(
    to: str,
    subject: str,
    text: str,
    *,
    user_id: int | None = None,
    customer_id: int | None = None,
    occurrence: str | None = None,
) -> None:
    """Have a letter sent once the caller's transaction is committed.

    Of an `occurrence` a user is told once, as long as the row of it is kept (90 days).
    """
    _put(to, Sealed(subject, text), user_id=user_id, customer_id=customer_id, occurrence=occurrence)
    transaction.on_commit(partial(nudge.nudge, TASK), robust=True)


def remember(user_id: int, occurrence: str) -> None:
    """Note an occurrence that the user needs no letter of."""
    row = Letter(user_id=user_id, occurrence=occurrence, next_try_at=None)
    Letter.objects.bulk_create([row], ignore_conflicts=True)


def is_known(user_id: int, occurrence: str) -> bool:
    """Whether the user was told of it, or it was remembered; from now on it is kept for 90 days more."""
    known = Letter.objects.filter(user=user_id, occurrence=occurrence)
    return bool(known.update(at=clock.now()))


def has_any(user_id: int, beginning: str) -> bool:
    """Whether an occurrence of that beginning is kept of the user."""
    return Letter.objects.filter(user=user_id, occurrence__startswith=beginning).exists()


def send_due(budget_s: float = 30.0) -> bool:
    """Send what is due until nothing is, or the time is over; whether nothing is left.

    May run anywhere at any time: each letter is claimed before it is sent. One that was sent when its worker
    was killed is sent again.
    """
    until = time.monotonic() + budget_s
    while due := list(Letter.objects.filter(next_try_at__lte=clock.now()).order_by("next_try_at")[:BATCH]):
        try:
            with mail.get_connection() as post:
                for letter in due:
                    if time.monotonic() > until:
                        return False
                    if _claim(letter):
                        _send(letter, post)
        except OSError as away:  # the server itself; no letter is to blame
            log.warning("mail_away", error=type(away).__name__)
            return True
    return True


def tidy() -> int:
    """Delete what was kept long enough; how many rows went."""
    old = Letter.objects.filter(at__lt=clock.now() - KEPT, next_try_at=None)
    return old.delete()[0]


def _put(to: str, letter: Sealed, **of: int | str | None) -> None:
    envelope = crypto.seal(msgspec.json.encode(letter), key=subkey(_KID), kid=_KID, aad=_PLACE)
    row = Letter(to=to, sealed=envelope, **of)
    Letter.objects.bulk_create([row], ignore_conflicts=True)


def _claim(letter: Letter) -> bool:
    """Count the try before it is made; the next one is due later."""
    wait_s = WAITS_S[min(letter.tries, len(WAITS_S) - 1)]
    mine = Letter.objects.filter(pk=letter.pk, next_try_at=letter.next_try_at)
    return bool(mine.update(tries=F("tries") + 1, next_try_at=clock.now() + timedelta(seconds=wait_s)))


def _send(letter: Letter, post: object) -> None:
    try:
        _message(letter, post).send()
    except OSError as away:  # SMTPException among them
        is_last = letter.tries >= len(WAITS_S)
        log.warning("letter_not_sent", letter=letter.pk, error=type(away).__name__, given_up=is_last)
        metrics.count("letters", "given_up" if is_last else "put_off")
        if not is_last:
            return
    except Exception:
        log.exception("letter_given_up", letter=letter.pk)
        metrics.count("letters", "given_up")
    else:
        metrics.count("letters", "sent")
    _done(letter)


def _message(letter: Letter, post: object) -> EmailMultiAlternatives:
    opened = crypto.open_sealed(letter.sealed, key_of={_KID: subkey(_KID)}.__getitem__, aad=_PLACE)
    told = msgspec.json.decode(opened, type=Sealed)
    subject = writing.header(told.subject)
    message = EmailMultiAlternatives(subject, told.text, to=[letter.to], connection=post)
    message.attach_alternative(writing.page(subject, told.text), "text/html")
    return message


def _done(letter: Letter) -> None:
    row = Letter.objects.filter(pk=letter.pk)
    if letter.occurrence is None:
        row.delete()
    else:
        row.update(next_try_at=None, to="", sealed="")
