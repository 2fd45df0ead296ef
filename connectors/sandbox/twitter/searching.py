"""The part of X's query language that the stand-in's few posts need."""

import re
from collections.abc import Callable, Mapping

from connectors.sandbox.twitter.rest import Json, invalid

_TOKEN = re.compile(r'-?"[^"]*"|[()]|-?[^\s()"]+')
Fits = Callable[[Json], bool]


class Query:
    """A query, read: `fits(post)` tells whether a post is meant. Raises Refused where it cannot be read."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        """`names` are usernames, lower case, by user id."""
        self._names = names
        self._tokens = _TOKEN.findall(text)
        self._stands_alone = False
        if text.count('"') % 2:
            raise invalid("query", "There is a quotation mark without its other")
        self.fits = self._either()
        if self._tokens or not self._stands_alone:
            raise invalid("query", "There must be at least one standalone operator, and parentheses in pairs")

    def _either(self) -> Fits:
        options = [self._all()]
        while self._tokens and self._tokens[0] == "OR":
            self._tokens.pop(0)
            options.append(self._all())
        return lambda post: any(fits(post) for fits in options)

    def _all(self) -> Fits:
        needed: list[Fits] = []
        while self._tokens and self._tokens[0] not in ("OR", ")"):
            word = self._tokens.pop(0)
            if word != "(":
                needed.append(self._term(word))
                continue
            needed.append(self._either())
            if not self._tokens or self._tokens.pop(0) != ")":
                raise invalid("query", "There is a parenthesis without its other")
        if not needed:
            raise invalid("query", "There is nothing to search for")
        return lambda post: all(fits(post) for fits in needed)

    def _term(self, word: str) -> Fits:
        if word.startswith("-") and len(word) > 1:
            fits = self._term(word[1:])
            return lambda post: not fits(post)
        name, _, value = word.partition(":")
        wanted = value.lower().lstrip("@")
        if name in ("has", "is", "lang"):
            return self._kind(name, wanted)
        self._stands_alone = True
        if name == "from":
            return lambda post: self._names.get(post["author_id"]) == wanted
        if name == "to":
            return lambda post: self._names.get(post.get("in_reply_to_user_id", "")) == wanted
        if name == "conversation_id":
            return lambda post: bool(post["conversation_id"] == value)
        phrase = re.escape(word.strip('"'))
        whole = re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)
        return lambda post: whole.search(post["text"]) is not None

    def _kind(self, name: str, wanted: str) -> Fits:
        if name == "lang":
            return lambda post: bool(post["lang"] == wanted)
        if name == "is":
            kinds = {"retweet": "retweeted", "reply": "replied_to", "quote": "quoted"}
            return lambda post: any(r["type"] == kinds.get(wanted) for r in post.get("referenced_posts", ()))
        kept = {"links": "urls", "hashtags": "hashtags", "mentions": "mentions"}
        if wanted in kept:
            return lambda post: bool(post.get("entities", {}).get(kept[wanted]))
        return lambda post: bool(post.get("attachments", {}).get("media_keys"))
