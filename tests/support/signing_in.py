"""A person who connects an account by signing in at its platform, step by step."""

import dataclasses
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from connectors.registry import all_connectors
from tests.support.api import Api
from tests.support.tenants import World


def operators_apps() -> dict[str, dict[str, str]]:
    """An app of the operator's at every authorization server there is."""
    return {
        spec.provider: {
            **dict.fromkeys(spec.app_settings, ""),
            **{value.name: f"{value.name}-of-hermes" for value in spec.app_values},
            "client_id": f"{spec.provider.lower()}-app",
            "client_secret": f"canary-secret-of-{spec.provider.lower()}",
        }
        for connector in all_connectors().values()
        for spec in connector.oauth
    }


@dataclasses.dataclass(frozen=True)
class SignIn:
    """One customer's owner, who signs in at platforms that are stand-ins on loopback."""

    api: Api
    world: World
    customer: Any
    user: Any
    person: Any

    def actor(self) -> Any:
        """The owner in the portal."""
        from tenants.actors import of_member
        from tenants.models import Membership

        return of_member(Membership.objects.of(self.customer).get(user=self.user), surface="portal")

    def begin(self, platform: str, **options: Any) -> str:
        """The authorize address."""
        from tenants.oauth import connecting

        return connecting.begin(self.customer.pk, self.user.pk, platform, by=self.actor(), **options)

    def allow(self, platform: str, address: str, *, without: tuple[str, ...] = (), account: str = "") -> Any:
        """What the platform sends the person back with, who allows all but the scopes `without`."""
        server = self.world.platforms.authorization(platform)
        request = server.asked(dict(parse_qsl(urlsplit(address).query)))
        scopes = tuple(s for s in request.scopes if s not in without)
        code = self.api.run(server.allow(request, scopes=scopes, account=account))
        return {"code": code, "state": state_of(address)}

    def finish(self, platform: str, address: str, **options: Any) -> Any:
        """Allow and come back: what waits to be confirmed."""
        from tenants.oauth import connecting

        return connecting.finish(self.user.pk, platform, self.allow(platform, address, **options))

    def connect(self, platform: str, **options: Any) -> Any:
        """All the way: the connection."""
        from tenants.oauth import connecting

        began = {name: options.pop(name) for name in ("provider", "mode", "label") if name in options}
        waiting = self.finish(platform, self.begin(platform, **began), **options)
        return connecting.confirm(self.user.pk, waiting.id, account=next(iter(waiting.accounts)))


def state_of(address: str) -> str:
    """The state in an authorize address."""
    return parse_qs(urlsplit(address).query)["state"][0]


@pytest.fixture
def make_sign_in(
    api: Api, world: World, settings: Any, make_customer: Callable[..., Any]
) -> Callable[..., SignIn]:
    """A customer's owner who signs in at platforms: `make_sign_in("globex")`."""
    settings.OAUTH_APPS = operators_apps()

    def make(name: str, plan: str = "growth") -> SignIn:
        person = make_customer(name, plan=plan)
        return SignIn(api, world, person.customer, person.customer.memberships.get().user, person)

    return make


@pytest.fixture
def sign_in(make_sign_in: Callable[..., SignIn]) -> SignIn:
    """acme's owner."""
    return make_sign_in("acme")
