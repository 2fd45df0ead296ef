"""Tools of two steps: what is told where the second one fails."""

from hermes.core.errors import HermesError, OutcomeUnknown


def not_sent(failure: HermesError, what: str, channel_id: str) -> HermesError:
    """The failure of a message into a channel or thread that was opened for it: of its kind, telling both."""
    if isinstance(failure, OutcomeUnknown):
        sentence = f"The {what} {channel_id} is open; whether the message is in it is not known. Look there."
    else:
        sentence = f"The {what} {channel_id} is open, but no message was sent: {failure.message}"
    details = {**failure.details, "channel_id": channel_id}
    return _kind(failure)(sentence, retry_after_s=failure.retry_after_s, details=details)


def _kind(failure: HermesError) -> type[HermesError]:
    """The public class of an error; those of the HTTP client have a sentence of their own."""
    kinds = (kind for kind in type(failure).__mro__ if kind.__module__ == HermesError.__module__)
    return next(kind for kind in kinds if issubclass(kind, HermesError))
