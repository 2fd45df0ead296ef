"""Leaving an account alone while its platform limits it or keeps failing.

What is learnt belongs to one account in one process: no account waits for another, and each process meets a
limit or a failing platform itself before it keeps away.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

from connectors.kit.statuses import silence_s
from hermes.core import metrics
from hermes.core.errors import PlatformUnavailable, RateLimited
from hermes.core.http_types import CutOff, HttpResponse, NotReached, RequestOptions, ResponseTooLarge

if TYPE_CHECKING:
    from connectors.kit.context import Http

FAILURES, WINDOW = 10, 20
PROBE_S = 10.0
Clock = Callable[[], float]


class Breaker:
    """Opens when ten of the last twenty exchanges failed, so after ten in a row; a success closes it.

    While it is open one exchange may be tried every `PROBE_S`. `clock` counts seconds from anywhere.
    """

    def __init__(self, platform: str, clock: Clock) -> None:
        self._platform = platform
        self._clock = clock
        self._failures: deque[bool] = deque(maxlen=WINDOW)
        self._probe_at: float | None = None

    def __del__(self) -> None:
        self.succeeded()

    def wait_s(self) -> float:
        """Seconds until an exchange may be made; 0.0 lets this one through, as the probe if it is open."""
        if self._probe_at is None:
            return 0.0
        now = self._clock()
        if now < self._probe_at:
            return self._probe_at - now
        self._probe_at = now + PROBE_S
        return 0.0

    def failed(self) -> None:
        """The exchange was answered 5xx, too late or not at all."""
        self._failures.append(True)
        if self._probe_at is None and sum(self._failures) >= FAILURES:
            self._probe_at = self._clock() + PROBE_S
            metrics.breaker_opened(self._platform)

    def succeeded(self) -> None:
        """The exchange was answered."""
        self._failures.append(False)
        if self._probe_at is not None:
            self._failures.clear()
            self._probe_at = None
            metrics.breaker_opened(self._platform, -1)


class Patience:
    """What one account's platform must be spared for now; `platform` is its slug, for the metrics."""

    def __init__(self, platform: str = "", clock: Clock = time.monotonic) -> None:
        self._platform = platform
        self._clock = clock
        self._breaker = Breaker(platform, clock)
        self._silent_until = float("-inf")

    def check(self) -> None:
        """To be called before each exchange.

        Raises RateLimited until the platform may be asked again and PlatformUnavailable while it keeps
        failing, each with the time to wait: nothing was sent then.
        """
        silent_s = self._silent_until - self._clock()
        if silent_s > 0:
            metrics.count("left_alone", self._platform)
            raise RateLimited(
                "The platform limits this account and asked for a pause; try again when it is over.",
                retry_after_s=round(silent_s, 3),
            )
        wait_s = self._breaker.wait_s()
        if wait_s > 0:
            metrics.count("left_alone", self._platform)
            raise PlatformUnavailable(
                "The platform keeps failing for this account, so it was not asked; try again in a moment.",
                retry_after_s=round(wait_s, 3),
            )

    def limited(self, seconds: float) -> None:
        """The platform wants to hear nothing of the account for so many seconds."""
        self._silent_until = max(self._silent_until, self._clock() + seconds)

    def failed(self) -> None:
        """An exchange was answered 5xx, too late or not at all."""
        self._breaker.failed()

    def answered(self) -> None:
        """An exchange was answered, a refusal included."""
        self._breaker.succeeded()


class PatientHttp:
    """`Http` of one account that keeps away while its `Patience` says so.

    `silence_s` reads from an answer for how long the whole account is limited, None where it is not.
    """

    def __init__(
        self,
        http: "Http",
        patience: Patience,
        silence_s: Callable[[HttpResponse], float | None] = silence_s,
    ) -> None:
        self._http = http
        self._patience = patience
        self._silence_s = silence_s

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """One exchange; raises as `Http` and `Patience.check` do."""
        self._patience.check()
        try:
            response = await self._http.request(method, url, **options)
        except (NotReached, CutOff):
            self._patience.failed()
            raise
        except ResponseTooLarge:
            self._patience.answered()
            raise
        if response.status >= 500:
            self._patience.failed()
        else:
            self._patience.answered()
        asked_s = self._silence_s(response) if response.status >= 400 else None
        if asked_s is not None:
            self._patience.limited(asked_s)
        return response
