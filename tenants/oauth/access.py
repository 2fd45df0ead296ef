"""The access of one connection during one call: its credentials, renewed before they end and when refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Unpack

from connectors.kit.connector import Connector
from connectors.kit.context import Http, HttpResponse
from connectors.kit.credentials import Credentials
from connectors.kit.oauth import OAuthSpec
from connectors.kit.secret import Secret
from hermes.core import clock
from hermes.core.errors import HermesError, NeedsReauth
from hermes.core.http_types import RequestOptions
from hermes.core.threads import blocking
from tenants.models import Connection
from tenants.oauth import grants, renewal
from tenants.oauth.leases import Held
from tenants.principals import ConnectionView

# Before this much of its life is left a token is renewed first: a call may take 30 s.
EARLY = timedelta(seconds=45)


class Access:
    """`ToolContext.credentials` and `ToolContext.renew` of one context.

    A connection that is a row is kept as it is stored: its `version` and `sealed` follow what was renewed.
    """

    def __init__(
        self,
        connector: Connector,
        connection: Connection | ConnectionView,
        opened: Callable[[], Credentials],
        *,
        customer_id: int,
        http: Http,
    ) -> None:
        self._connection, self._opened = connection, opened
        self._connector, self._customer_id, self._http = connector, customer_id, http
        self._held: Held | None = None
        self._provider, self._is_renewable = "", False
        self._ends_at: datetime | None = None
        self._version = connection.version
        self._connection_id = connection.id if isinstance(connection, ConnectionView) else connection.pk
        self._old: set[str] = set()
        if isinstance(connection, ConnectionView):
            self._is_known = True
            self._know(connection.provider, connection.ends_at, is_renewable=connection.is_renewable)
        else:
            # A draft, which is not saved yet, has no grant.
            self._is_known = not connector.oauth or connection._state.adding

    @property
    def is_granted(self) -> bool:
        """Whether there may be a grant behind the credentials."""
        return not self._is_known or bool(self._provider)

    def credentials(self) -> Credentials:
        """The newest ones."""
        return self._opened() if self._held is None else self._held.credentials

    async def renew(self, *, is_refused: bool = False) -> bool:
        """As `connectors.kit.context.ToolContext.renew`."""
        await self._learn()
        if not self._provider or not (is_refused or self._is_ending()):
            return False
        before = self._token()
        try:
            held = await renewal.renew(
                self._customer_id,
                self._connection_id,
                seen=self._version,
                is_refused=is_refused,
                http=self._http,
            )
        except NeedsReauth:
            raise
        except HermesError:
            # What failed for the moment is no reason not to try a token that may work.
            if is_refused or self._has_ended():
                raise
            return False
        self._hold(held)
        if (is_new := self._token() != before) is True:
            self._old.add(before)
        return is_new

    def spec(self) -> OAuthSpec:
        """The spec of the grant."""
        return next(spec for spec in self._connector.oauth if spec.provider == self._provider)

    def with_newest(self, options: RequestOptions) -> RequestOptions:
        """A request's options with the newest token in the place of an older one."""
        if not self._old:
            return options
        token, changed = self._token(), dict(options)
        bearer, headers = options.get("bearer"), options.get("headers")
        if bearer is not None and bearer.reveal() in self._old:
            changed["bearer"] = Secret(token)
        if headers:
            changed["headers"] = {name: self._newest_in(value, token) for name, value in headers.items()}
        return changed  # type: ignore[return-value]  # a copy of the same members

    def carries_token(self, options: RequestOptions) -> bool:
        """Whether a request carries the access token."""
        token, bearer = self._token(), options.get("bearer")
        carried = [bearer.reveal()] if bearer is not None else []
        carried += list((options.get("headers") or {}).values())
        return any(token in value for value in carried)

    def _newest_in(self, value: str, token: str) -> str:
        return next((value.replace(old, token) for old in self._old if old in value), value)

    def _token(self) -> str:
        return self.credentials().dump().get(self.spec().token_field, "")

    def _is_ending(self) -> bool:
        return self._is_renewable and self._ends_at is not None and self._ends_at < clock.now() + EARLY

    def _has_ended(self) -> bool:
        return self._ends_at is not None and self._ends_at <= clock.now()

    async def _learn(self) -> None:
        if not self._is_known and isinstance(self._connection, Connection):
            row = await blocking(grants.of_connection, self._connection)
            self._is_known = True
            if row is not None:
                self._know(row.provider, row.expires_at, is_renewable=row.renew_at is not None)

    def _know(self, provider: str, ends_at: datetime | None, *, is_renewable: bool) -> None:
        self._provider, self._ends_at, self._is_renewable = provider, ends_at, is_renewable

    def _hold(self, held: Held) -> None:
        self._held, self._ends_at, self._version = held, held.ends_at, held.version
        if isinstance(self._connection, Connection):
            self._connection.sealed, self._connection.version = held.sealed, held.version


class RenewingHttp:
    """`Http` that renews the access before it ends, and once where the platform refuses it.

    A request that is refused for its token was not accepted, so it is made again with the new one, also one
    that sends (docs/adr/0022-access-is-renewed-under-a-lease.md).
    """

    def __init__(self, platform: Http, access: Access) -> None:
        self._platform, self._access = platform, access

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> HttpResponse:
        """One exchange, or two."""
        access = self._access
        await access.renew()
        if not access.is_granted:
            return await self._platform.request(method, url, **options)
        options = access.with_newest(options)
        response = await self._platform.request(method, url, **options)
        if not access.spec().is_refused(response) or not access.carries_token(options):
            return response
        if not await access.renew(is_refused=True):
            return response
        again = await self._platform.request(method, url, **access.with_newest(options))
        if access.spec().is_refused(again):
            await access.renew(is_refused=True)
        return again
