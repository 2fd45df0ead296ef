"""What every tool must do when the platform fails, answers nonsense or serves two customers."""

import json
from collections.abc import Callable, Iterator

from jsonschema_rs import Draft202012Validator

from connectors.kit import schema
from connectors.kit.connector import Connector
from connectors.kit.context import HttpResponse
from connectors.kit.secret import Secret
from connectors.kit.testing import Request, answer
from connectors.kit.tool import Tool
from connectors.tests.runs import Run, credentials_of, run
from hermes.core.errors import (
    HermesError,
    NeedsReauth,
    NotAllowedByPlatform,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
)
from hermes.core.http_types import CutOff, NotReached

LEAK = "upstream-text-nobody-may-see"
BY_STATUS = {
    401: NeedsReauth,
    403: NotAllowedByPlatform,
    404: NotFound,
    429: RateLimited,
    500: PlatformUnavailable,
    503: PlatformUnavailable,
}
ODD_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"<html>",
    b'{"data":[null,5,{"name":3,"components":[7]}],"paging":{"next":1}}',
    b'{"messages":[{}],"contacts":5}',
    b'{"id":{"a":1},"url":7,"error":[]}',
)


def statuses_become_typed_errors(connector: Connector) -> None:
    for tool, failure, status in cases(connector, BY_STATUS):
        expected = BY_STATUS[status]
        outcome = run(connector, tool, failure)
        if outcome.http.requests:
            assert type(outcome.error) is expected, (tool.name, status, outcome.error)
            if isinstance(outcome.error, RateLimited):
                assert outcome.error.retry_after_s == 7.0
        assert len(outcome.changes) <= 1, f"{tool.name} repeated a change after {status}"


def lost_connections_are_told_honestly(connector: Connector) -> None:
    """F18: what may have been done is never done again; what was not reached may be tried again."""
    for tool in connector.tools:
        cut = run(connector, tool, raising(CutOff))
        unreached = run(connector, tool, raising(NotReached))
        if cut.http.requests:
            expected = OutcomeUnknown if cut.http.requests[0].changes_something else PlatformUnavailable
            assert isinstance(cut.error, expected), (tool.name, cut.error)
            assert not isinstance(cut.error, CutOff) or expected is OutcomeUnknown
            assert isinstance(unreached.error, PlatformUnavailable)
        assert len(cut.changes) <= 1
        assert len(unreached.http.requests) <= 3


def a_gateway_timeout_of_a_change_is_unknown(connector: Connector) -> None:
    for tool in connector.tools:
        for status in (502, 504):
            outcome = run(connector, tool, always(status))
            if outcome.changes:
                assert isinstance(outcome.error, OutcomeUnknown), tool.name
                assert len(outcome.changes) == 1


def reading_tools_change_nothing(connector: Connector) -> None:
    for tool in connector.tools:
        if tool.hints.read_only:
            for body in ODD_BODIES:
                assert not run(connector, tool, always(200, body)).changes, tool.name


def nonsense_is_never_a_fault_of_ours(connector: Connector) -> None:
    """An answer of any shape gives a result that fits its schema, or an error with a code."""
    for tool in connector.tools:
        validator = Draft202012Validator(schema.output_schema(tool) or {})
        for body in ODD_BODIES:
            outcome = run(connector, tool, always(200, body))
            if outcome.result is not None:
                validator.validate(schema.dump(outcome.result.data))
            else:
                assert isinstance(outcome.error, HermesError), (tool.name, body, outcome.error)


def nothing_secret_or_foreign_is_told(connector: Connector) -> None:
    """AD14: no token, no text of the platform in what an error says, its causes included."""
    secrets = [v.reveal() for v in vars_of(credentials_of(connector, "acme")) if isinstance(v, Secret)]
    for tool, failure, _ in cases(connector, (400, *BY_STATUS)):
        told = "".join(said(run(connector, tool, failure)))
        assert LEAK not in told, tool.name
        assert not any(secret in told for secret in secrets), tool.name


def two_customers_never_share_a_token(connector: Connector) -> None:
    for tool in connector.tools:
        for body in (b"{}", ODD_BODIES[-1]):
            runs = {
                owner: run(connector, tool, always(200, body), owner=owner)
                for owner in ("acme", "globex", "acme")
            }
            for owner, other in (("acme", "globex"), ("globex", "acme")):
                for request in runs[owner].http.requests:
                    assert not carries(request, connector, other), tool.name


BEHAVIOUR: tuple[Callable[[Connector], None], ...] = (
    statuses_become_typed_errors,
    lost_connections_are_told_honestly,
    a_gateway_timeout_of_a_change_is_unknown,
    reading_tools_change_nothing,
    nonsense_is_never_a_fault_of_ours,
    nothing_secret_or_foreign_is_told,
    two_customers_never_share_a_token,
)


def cases(
    connector: Connector, statuses: "dict[int, type[HermesError]] | tuple[int, ...]"
) -> Iterator[tuple[Tool, Callable[[Request], HttpResponse], int]]:
    """Every tool with every failing answer."""
    for tool in connector.tools:
        for status in statuses:
            yield tool, failing(status), status


def always(status: int, body: bytes = b"") -> Callable[[Request], HttpResponse]:
    """The same answer to everything."""
    return lambda _: answer(status, body)


def failing(status: int) -> Callable[[Request], HttpResponse]:
    """An error that repeats the request's credential in its text, as some platforms do."""

    def failure(request: Request) -> HttpResponse:
        token = request.bearer.reveal() if request.bearer else ""
        body = {"message": f"{LEAK} {token}", "error": f"{LEAK} {token}", "description": f"{LEAK} {token}"}
        return answer(status, body, {"retry-after": "7", "x-debug": LEAK})

    return failure


def raising(error: type[Exception]) -> Callable[[Request], HttpResponse]:
    """An exchange that breaks."""

    def broken(_: Request) -> HttpResponse:
        raise error

    return broken


def said(outcome: Run) -> Iterator[str]:
    """All texts an error carries, down its chain."""
    error: BaseException | None = outcome.error
    while error is not None:
        yield f"{error!r} {error} {json.dumps(getattr(error, 'details', {}), default=repr)}"
        error = error.__cause__ or error.__context__


def vars_of(credentials: object) -> list[object]:
    """The values of a credentials object."""
    return [getattr(credentials, name) for name in credentials.__dataclass_fields__]  # type: ignore[attr-defined]


def carries(request: Request, connector: Connector, owner: str) -> bool:
    """Whether a request has a secret of `owner` anywhere."""
    secrets = [v.reveal() for v in vars_of(credentials_of(connector, owner)) if isinstance(v, Secret)]
    bearer = request.bearer.reveal() if request.bearer else ""
    sent = f"{bearer} {request.url} {request.headers} {request.params} {request.json} {request.form}"
    return any(secret in sent for secret in secrets)
