"""What links a WhatsApp business number."""

import dataclasses

from connectors.kit.credentials import Credentials, credential
from connectors.kit.secret import Secret


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WhatsAppCredentials(Credentials):
    """One business phone number, the account it belongs to and a token that may use both."""

    phone_number_id: str = credential(
        label="Phone number ID",
        help="The id Meta gives your number (not the number itself): WhatsApp Manager, API setup, From.",
        pattern=r"[0-9]{5,25}",
        limit_chars=25,
        example="106540352242922",
    )
    waba_id: str = credential(
        label="WhatsApp Business Account ID",
        help="The id of the account that owns the number, shown on the same page.",
        pattern=r"[0-9]{5,25}",
        limit_chars=25,
        example="102290129340398",
    )
    access_token: Secret = credential(
        label="Access token",
        help="A permanent system user token that may use whatsapp_business_messaging and _management.",
        pattern=r"[!-~]{4,2000}",
        limit_chars=2000,
        example="EAAG_example_access_token",
    )
