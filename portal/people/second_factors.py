"""Authenticator apps, passkeys and recovery codes: django-allauth's, their secrets sealed."""

from allauth.mfa.adapter import DefaultMFAAdapter

from hermes.core import crypto
from hermes.core.subkeys import subkey

_KID, _PLACE = "person", ("second factor",)


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """MFA_ADAPTER. Secrets lie in the database under a sub-key, which outlives the keys of the ring."""

    def encrypt(self, text: str) -> str:
        """`text` sealed."""
        return crypto.seal(text.encode(), key=subkey(_KID), kid=_KID, aad=_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given. Raises crypto.SealError."""
        return crypto.open_sealed(
            encrypted_text, key_of={_KID: subkey(_KID)}.__getitem__, aad=_PLACE
        ).decode()
