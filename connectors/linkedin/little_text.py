"""LinkedIn's "little" text: the markup of a post's commentary.

Reserved characters must be escaped, or LinkedIn cuts the post off at the first of them without an error
(learn.microsoft.com, "little Text Format"). Hashtags and mentions are the markup that is meant.
"""

import re

_RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")
# What stays markup: a mention of a member or organization, and a hashtag that begins a word.
_MEANT = re.compile(
    r"(?P<mention>@\[[^\[\]()\n]{1,200}\]\(urn:li:(?:person|organization):[A-Za-z0-9_-]{1,64}\))"
    r"|(?P<hashtag>(?<![\w#&/])#[^\W_]\w{0,99})"
)
_HASHTAG = re.compile(r"\{hashtag\|\\?#\|((?:[^{}|\\]|\\.)*)\}")
_MENTION = re.compile(r"@\[((?:[^\[\]\\]|\\.)*)\]\((urn:li:[^()\s]*)\)")
_ESCAPED = re.compile(r"\\([\\|{}@\[\]()<>#*_~])")


def escaped(text: str) -> str:
    """`text` as commentary: plain, but for mentions `@[Name](urn:li:person:…)` and #hashtags."""
    parts, done = [], 0
    for meant in _MEANT.finditer(text):
        parts += [_plain(text[done : meant.start()]), _markup(meant)]
        done = meant.end()
    return "".join([*parts, _plain(text[done:])])


def readable(commentary: str) -> str:
    """A post's commentary as people read it; mentions keep the form that `escaped` takes."""
    shown = _HASHTAG.sub(lambda tag: f"#{tag[1]}", commentary)
    shown = _MENTION.sub(lambda mention: f"@[{mention[1]}]({mention[2]})", shown)
    return _ESCAPED.sub(r"\1", shown)


def _markup(meant: re.Match[str]) -> str:
    if meant["mention"]:
        name, _, urn = meant["mention"][2:-1].partition("](")
        return f"@[{_plain(name)}]({urn})"
    return f"{{hashtag|\\#|{_plain(meant['hashtag'][1:])}}}"


def _plain(text: str) -> str:
    return _RESERVED.sub(lambda reserved: f"\\{reserved[0]}", text)
