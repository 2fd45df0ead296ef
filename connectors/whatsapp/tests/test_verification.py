"""Linking: the number must be the token's and the account's."""

import pytest

from connectors.kit.connector import Identity
from connectors.whatsapp.tests.conftest import Calling
from connectors.whatsapp.tests.meta import ACCOUNT, NUMBER, OTHER_ACCOUNT, Fault, Meta, graph_error
from connectors.whatsapp.verification import verify
from hermes.core.errors import NeedsReauth, NotAllowedByPlatform, PlatformRejected


def test_the_identity_is_the_number_by_its_verified_name(call: Calling) -> None:
    assert call.run(verify) == Identity(
        external_id=NUMBER,
        label="Acme Flowers +1 555-078-3881",
        details={
            "display_phone_number": "+1 555-078-3881",
            "verified_name": "Acme Flowers",
            "quality_rating": "GREEN",
            "waba_id": ACCOUNT,
        },
        routes=(ACCOUNT,),
    )


def test_a_number_of_another_account_is_refused(call: Calling) -> None:
    call.account = OTHER_ACCOUNT
    with pytest.raises(PlatformRejected, match="does not belong") as caught:
        call.run(verify)
    assert caught.value.details["argument"] == "waba_id"


def test_an_account_the_token_cannot_see_is_refused(call: Calling) -> None:
    call.account = "12345678901"
    with pytest.raises(PlatformRejected, match="cannot see"):
        call.run(verify)


def test_a_dead_token_is_refused(call: Calling) -> None:
    call.token = "EAAG_other"
    with pytest.raises(NeedsReauth):
        call.run(verify)


def test_a_missing_permission_is_named(call: Calling, meta: Meta) -> None:
    meta.faults.append(Fault("GET", "phone_numbers", status=403, body=graph_error(200, "x")))
    with pytest.raises(NotAllowedByPlatform, match="whatsapp_business_management"):
        call.run(verify)
