"""Stand-ins of platforms that are reached over HTTP: a request in one piece, an answer below its cap."""

import abc
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self, Unpack
from urllib.parse import parse_qsl, urlsplit

from connectors.kit.context import HttpResponse, Part
from connectors.sandbox.contract import Emission
from connectors.sandbox.tokens import account_of
from hermes.core.http_types import RequestOptions, ResponseTooLarge

DEADLINE_S = 30.0
LIMIT_BYTES = 5_000_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. Header names are lower case, `params` are the address's and the given ones.

    `path` is as it was sent, `token` that of a bearer or of an Authorization header, without its scheme
    where that is Bearer; of one that the sandbox issued, what stands for its account.
    """

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    token: str
    json: Any
    form: Mapping[str, str] | None
    parts: Sequence[Part]
    content: bytes
    deadline_s: float

    @classmethod
    def of(cls, method: str, url: str, options: RequestOptions) -> Self:
        """The request that `connectors.kit.context.Http.request` was asked for."""
        address, bearer = urlsplit(url), options.get("bearer")
        headers = {name.lower(): value for name, value in (options.get("headers") or {}).items()}
        authorization = headers.get("authorization", "")
        return cls(
            method=method.upper(),
            path=address.path,
            params=dict(parse_qsl(address.query)) | dict(options.get("params") or {}),
            headers=headers,
            token=account_of(bearer.reveal() if bearer else authorization.removeprefix("Bearer ").strip()),
            json=options.get("json"),
            form=options.get("form"),
            parts=options.get("parts") or (),
            content=options.get("content") or b"",
            deadline_s=options.get("deadline_s", DEADLINE_S),
        )


class HttpStandin(abc.ABC):
    """A `Standin` that says in `answer` what its platform answers."""

    def __init__(self) -> None:
        self.events: list[Emission] = []

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """As `connectors.sandbox.Standin.request`; raises ResponseTooLarge too."""
        response = await self.answer(Asked.of(method, url, options))
        limit_bytes = options.get("limit_bytes", LIMIT_BYTES)
        if len(response.body) > limit_bytes:
            raise ResponseTooLarge(limit_bytes)
        return response

    @abc.abstractmethod
    async def answer(self, asked: Asked) -> HttpResponse:
        """What the platform, or the host of the address, answers. Raises NotReached and CutOff."""
