"""Access that ended is renewed once by all processes together (RC06)."""

from concurrent.futures import ThreadPoolExecutor

from connectors.registry import all_connectors
from tenants.tests.test_oauth_renewal import end_access, refreshes
from tests.faults.conftest import Start
from tests.support.signing_in import SignIn

CALLS = 50
READ = {"usernames": ["hermes"]}


def as_environment(person: SignIn) -> dict[str, str]:
    """The stand-in and Hermes' app at it, as an operator names them."""
    bases = [setting.name for setting in all_connectors()["twitter"].settings if setting.is_base]
    return {
        **dict.fromkeys(bases, person.world.platforms.bases["twitter"]),
        "TWITTER_CLIENT_ID": "twitter-app",
        "TWITTER_CLIENT_SECRET": "canary-secret-of-twitter",
    }


def test_rc06_fifty_calls_through_two_processes_on_ended_access_make_one_refresh_and_all_succeed(
    sign_in: SignIn, start: Start
) -> None:
    on_x = sign_in.connect("twitter")
    webs = [start(**as_environment(sign_in)) for _ in range(2)]
    sign_in.world.forget()
    end_access(on_x)

    def call(number: int) -> int:
        answer = webs[number % 2].post("/api/tools/twitter_get_users", sign_in.person.live_key, READ)
        return int(answer.status_code)

    with ThreadPoolExecutor(CALLS) as pool:
        assert list(pool.map(call, range(CALLS))) == [200] * CALLS
    assert refreshes(sign_in) == 1
