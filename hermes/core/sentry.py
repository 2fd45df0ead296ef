"""Error reports to Sentry, sent only where SENTRY_DSN is set, and masked like the logs."""

from typing import Any

from hermes.core.redaction import redact


def start(dsn: str, environment: str) -> None:
    """Report uncaught errors and error logs to `dsn`; nothing happens where it is empty.

    No bodies, cookies, users or local variables leave the process.
    """
    if not dsn:
        return
    import sentry_sdk  # noqa: PLC0415  (0.2 s of imports that most installations do not need)

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=None,
        before_send=scrub,
    )


def scrub(report: Any, hint: dict[str, Any]) -> Any:  # noqa: ARG001  (Sentry's signature)
    """The report without secrets; requests keep their method and path only."""
    request = report.get("request")
    if isinstance(request, dict):
        report["request"] = {name: request[name] for name in ("method", "url") if name in request}
    return redact(report, depth=12)
