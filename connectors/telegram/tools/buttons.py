"""Buttons under a message."""

from typing import Annotated, Any

from msgspec import Meta

from connectors.kit.tool import Params
from connectors.telegram.limits import BUTTON_CHARS, BUTTON_DATA_BYTES, BUTTON_ROWS, BUTTONS, BUTTONS_A_ROW
from hermes.core.errors import InvalidArgument


class Button(Params, frozen=True, kw_only=True):
    """A button opens an address or reports its data: exactly one of both."""

    text: Annotated[str, Meta(min_length=1, max_length=BUTTON_CHARS, description="Label.")]
    url: (
        Annotated[str, Meta(min_length=5, max_length=2048, pattern="^(https?|tg)://", description="Address.")]
        | None
    ) = None
    data: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=BUTTON_DATA_BYTES,
                description="Up to 64 bytes.",
            ),
        ]
        | None
    ) = None


Row = Annotated[list[Button], Meta(min_length=1, max_length=BUTTONS_A_ROW)]
Buttons = Annotated[
    list[Row],
    Meta(
        max_length=BUTTON_ROWS,
        description="Rows of buttons. Each opens its url or reports its data, by a message of kind "
        "callback (telegram_answer_callback).",
    ),
]


def keyboard(rows: list[list[Button]] | None) -> dict[str, Any] | None:
    """The inline keyboard of a request, None where there are no buttons. Raises InvalidArgument."""
    if not rows:
        return None
    if sum(map(len, rows)) > BUTTONS:
        raise InvalidArgument(f"A message may have {BUTTONS} buttons.", details={"argument": "buttons"})
    return {
        "inline_keyboard": [
            [_told(button, f"buttons[{r}][{c}]") for c, button in enumerate(row)]
            for r, row in enumerate(rows)
        ]
    }


def _told(button: Button, name: str) -> dict[str, str]:
    if (button.url is None) == (button.data is None):
        raise InvalidArgument(f"'{name}' needs either 'url' or 'data'.", details={"argument": name})
    if button.url is not None:
        return {"text": button.text, "url": button.url}
    if len((button.data or "").encode()) > BUTTON_DATA_BYTES:
        raise InvalidArgument(
            f"'{name}.data' may have {BUTTON_DATA_BYTES} bytes.", details={"argument": name}
        )
    return {"text": button.text, "callback_data": button.data or ""}
