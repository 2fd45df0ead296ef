"""AD08: names that others choose are text on every page of the portal."""

from typing import Any

from portal.tests.test_access import owner
from tests.support.hostile import PAYLOADS
from tests.support.hostile_rows import fill

LIVE = [text for text in PAYLOADS if {*"<\"'"} & {*text}]


def test_ad08_names_of_keys_accounts_clients_notes_and_customers_are_text(acme: Any) -> None:
    assert len(PAYLOADS) == 30
    browser, shown = owner(acme.customer), ""
    for path in fill(acme):
        answer = browser.get(path, follow=True)
        page = answer.content.decode()
        assert answer.status_code == 200, path
        assert [text for text in LIVE if text in page] == [], path
        assert 'href="javascript:' not in page, path
        shown += page
    # They were there to be seen, and nothing was computed of those that are templates.
    assert "&lt;script&gt;fired(1)&lt;/script&gt;" in shown
    assert "{{ 7|add:7 }}{% now &#x27;Y&#x27; %}" in shown
