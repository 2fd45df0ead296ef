"""Error reports are sent only where a DSN is set, and hold no secret."""

import subprocess
import sys

from hermes.core import sentry

SECRET = "S3cr3tV4lue0123456789abcdefghijklmnopqrstuv"


def test_a_report_is_masked_and_its_request_cut_to_method_and_path() -> None:
    report = {
        "exception": {
            "values": [
                {
                    "type": "ConnectionError",
                    "value": f"/bot123456:{SECRET}/getMe",
                    "stacktrace": {"frames": [{"filename": "a.py", "lineno": 3}]},
                }
            ]
        },
        "request": {
            "method": "POST",
            "url": f"https://hermes.example/cb?code={SECRET}",
            "headers": {"Authorization": SECRET, "Cookie": SECRET},
            "cookies": {"sessionid": SECRET},
            "data": SECRET,
            "query_string": f"code={SECRET}",
        },
        "breadcrumbs": {"values": [{"message": f"access_token={SECRET}"}]},
    }
    scrubbed = sentry.scrub(report, {})
    assert SECRET not in str(scrubbed)
    assert scrubbed["request"] == {"method": "POST", "url": "https://hermes.example/cb?code=***"}
    assert scrubbed["exception"]["values"][0]["stacktrace"]["frames"] == [{"filename": "a.py", "lineno": 3}]


def test_without_a_dsn_the_sdk_is_not_even_loaded() -> None:
    program = (
        "import sys; from hermes.core import sentry as s; s.start('', ''); print('sentry_sdk' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert ended.stdout.strip() == "False"


def test_with_a_dsn_no_personal_data_is_asked_for() -> None:
    program = (
        "import sentry_sdk; from hermes.core import sentry;"
        "sentry.start('http://key@127.0.0.1:9/1', 'test'); told = sentry_sdk.get_client().options;"
        "print(told['send_default_pii'], told['include_local_variables'], told['max_request_body_size'])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert ended.stdout.strip() == "False False never"
