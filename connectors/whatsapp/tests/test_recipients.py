"""Phone numbers and user ids as people and agents write them."""

import pytest
from hypothesis import given, strategies

from connectors.whatsapp.recipients import parse
from hermes.core.errors import InvalidArgument


@pytest.mark.parametrize(
    ("written", "contact"),
    [
        ("+14155550123", "14155550123"),
        ("14155550123", "14155550123"),
        ("+1 (415) 555-0123", "14155550123"),
        ("0049 151 23456789", "4915123456789"),
        (" +44 20 7946 0958\n", "442079460958"),
        ("15550783881", "15550783881"),
        ("US.13491208655302741918", "US.13491208655302741918"),
        ("US.ENT.11815799212886844830", "US.ENT.11815799212886844830"),
    ],
)
def test_a_recipient_is_read(written: str, contact: str) -> None:
    recipient = parse(written)
    assert recipient.contact == contact
    assert recipient.address == ({"recipient": contact} if contact.startswith("US") else {"to": contact})


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "Ada",
        "0151 23456789",
        "call me +14155550123",
        "+14155550123;ext=5",
        "+1800FLOWERS",
        "+٤٤٢٠٧٩٤٦٠٩٥٨",
        "+1415555012345678",
        "US.",
        "us.1349",
        "US.13 49",
        "US.1349/../me",
    ],
)
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse(written, "contact")
    assert caught.value.details == {"argument": "contact"}


@given(strategies.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        contact = parse(text).contact
    except InvalidArgument:
        return
    assert contact.isascii()
    assert " " not in contact
    assert parse(contact).contact == contact
