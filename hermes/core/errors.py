"""The error tree: one class for each public error code (docs/api.md lists them)."""

from collections.abc import Mapping
from typing import Any, ClassVar


class HermesError(Exception):
    """An error that a caller may see.

    `message` is one sentence that says the next action; it never holds a secret, a stack
    or an upstream body. `retry_after_s` is in seconds. `details` is JSON-ready and public.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s
        self.details: dict[str, Any] = dict(details or {})


class Unauthenticated(HermesError):
    """No credential, or one that is unknown, expired or revoked."""

    code, status = "unauthenticated", 401


class NoCredential(Unauthenticated):
    """None was sent at all."""


class Forbidden(HermesError):
    """The credential is good but may not do this."""

    code, status = "forbidden", 403


class InsufficientScope(HermesError):
    """A scope is missing; `details["scope"]` names all that the operation needs."""

    code, status = "insufficient_scope", 403


class UnknownTool(HermesError):
    """No such tool for this caller."""

    code, status = "unknown_tool", 404


class InvalidArgument(HermesError):
    """An argument is missing, of the wrong type or out of range; `details["argument"]` names it."""

    code, status = "invalid_argument", 422


class MalformedBody(InvalidArgument):
    """The request body cannot be read at all."""

    status = 400


class Late(MalformedBody):
    """The request body did not arrive in time; the connection is closed."""

    status = 408


class NotConnected(HermesError):
    """The customer has no usable connection to the platform."""

    code, status = "not_connected", 409


class AmbiguousAccount(HermesError):
    """Several accounts fit; `details["accounts"]` lists the labels."""

    code, status = "ambiguous_account", 422


class NeedsReauth(HermesError):
    """The platform refuses the stored credential; the customer must reconnect."""

    code, status = "needs_reauth", 409


class NeedsApproval(HermesError):
    """A person must approve the call first."""

    code, status = "needs_approval", 409


class PlanLimit(HermesError):
    """The plan does not include this, or a count limit of the plan is reached."""

    code, status = "plan_limit", 403


class QuotaExceeded(HermesError):
    """The period's units are spent."""

    code, status = "quota_exceeded", 402


class RateLimited(HermesError):
    """Too many calls; `retry_after_s` says when to come again."""

    code, status = "rate_limited", 429


class WindowClosed(HermesError):
    """The platform's service window for this recipient is closed."""

    code, status = "window_closed", 409


class RecipientUnreachable(HermesError):
    """The platform cannot or will not deliver to this recipient."""

    code, status = "recipient_unreachable", 422


class NotAllowedByPlatform(HermesError):
    """The account lacks a permission, tier or review at the platform."""

    code, status = "not_allowed_by_platform", 403


class NotFound(HermesError):
    """Unknown to this customer; a foreign id answers the same."""

    code, status = "not_found", 404


class TooLarge(HermesError):
    """A body, file or text exceeds a limit; the message states it."""

    code, status = "too_large", 413


class PlatformRejected(HermesError):
    """The platform understood and refused the request."""

    code, status = "platform_rejected", 422


class PlatformUnavailable(HermesError):
    """The platform was not reached or answered 5xx; nothing was done."""

    code, status = "platform_unavailable", 502


class VersionRetired(HermesError):
    """The platform no longer serves the configured API version."""

    code, status = "version_retired", 502


class OutcomeUnknown(HermesError):
    """The platform may have done it; the call is not repeated by itself."""

    code, status = "outcome_unknown", 504


class Conflict(HermesError):
    """It collides with what exists or runs."""

    code, status = "conflict", 409


class Internal(HermesError):
    """A fault of ours; details are in the log under the call id."""


class Unavailable(Internal):
    """A part of Hermes (database, Redis) is down for the moment."""

    status = 503
