"""What the stand-in does on chosen values is what docs/sandbox.md says."""

import re
from pathlib import Path

import pytest

from connectors import sandbox
from connectors.registry import all_connectors
from connectors.sandbox.email import magic as mail
from connectors.sandbox.whatsapp import magic, template_store

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "sandbox.md").read_text()


def test_every_number_that_means_trouble_is_on_the_page() -> None:
    told = {re.sub(r"\D", "", number) for number in re.findall(r"\| \+([0-9 ]+) \|", PAGE)}
    lost = {magic.BAD_GATEWAY, magic.NEVER_ANSWERED, magic.CUT, magic.NOT_REACHED, magic.SLOW}
    assert told == {*magic.REFUSALS, *magic.FAILURES, *magic.LAST_STATUS, *lost}


def test_every_code_is_beside_its_number() -> None:
    for number, refusal in (magic.REFUSALS | magic.FAILURES).items():
        (row,) = [line for line in PAGE.splitlines() if re.sub(r"\D", "", line).startswith(number)]
        assert str(refusal.code) in row


def test_every_token_and_template_is_on_the_page() -> None:
    tokens = (magic.ACCESS_EXPIRED, magic.ACCESS_WITHOUT_PERMISSION, magic.ACCESS_OF_OTHER_BUSINESS)
    names = {template["name"] for template in template_store.samples()}
    assert all(f"`{told}`" in PAGE for told in (*tokens, *names))


def test_every_address_and_secret_of_the_mail_servers_is_on_the_page() -> None:
    troubles = (*mail.REFUSED_RECIPIENTS, *mail.REFUSED_MESSAGES, mail.CUT, mail.SILENT, mail.SLOW)
    told = set(re.findall(rf"\| `(\w+)@{mail.DOMAIN}` \|", PAGE))
    assert told == set(troubles)
    secrets = (mail.REFUSED_PASSWORD, mail.NO_IMAP, mail.NO_SMTP, mail.REFUSED_TOKEN, mail.NARROW_TOKEN)
    assert all(f"`{secret}`" in PAGE for secret in secrets)


@pytest.mark.parametrize("slug", [slug for slug in all_connectors() if sandbox.simulation(slug).values])
def test_every_value_the_sandbox_tells_of_a_platform_is_on_the_page(slug: str) -> None:
    told, page = sandbox.simulation(slug), PAGE.replace(" ", "")
    # The page writes a row of words as `sandbox-fail-401`, `-403`.
    assert told.kinds
    unsaid = [v.text for v in told.values if not {v.text, v.text.removeprefix("sandbox-fail")} & words(page)]
    assert unsaid == []


def words(page: str) -> set[str]:
    return {*re.findall(r"`([^`]+)`", page), *re.findall(r"\|(\+\d+)\|", page)}
