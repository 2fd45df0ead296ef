"""What is asked of each object, and the two generations of names X has for it.

Version 2.167 of X's OpenAPI (August 2026) speaks of posts (`post.fields`, `referenced_posts`); its guides and
webhooks still speak of tweets. The newer names are asked for; where X does not know them, the older ones.
"""

from collections.abc import Mapping

_USER = "created_at,description,id,location,name,protected,public_metrics,url,username,verified"
_MEDIA = "alt_text,duration_ms,height,media_key,preview_image_url,type,url,width"

POSTS: Mapping[str, str] = {
    "post.fields": "attachments,conversation_id,created_at,entities,id,lang,note_post,possibly_sensitive,"
    "public_metrics,reply_settings,text",
    "expansions": "attachments.media_keys,attachments.poll_ids,author_id,in_reply_to_user_id,"
    "referenced_posts",
    "user.fields": "id,name,username",
    "media.fields": _MEDIA,
    "poll.fields": "duration_minutes,end_datetime,id,options,voting_status",
}
USERS: Mapping[str, str] = {"user.fields": _USER}
ME: Mapping[str, str] = {"user.fields": "id,name,subscription_type,username"}
MESSAGES: Mapping[str, str] = {
    "dm_event.fields": "attachments,created_at,dm_conversation_id,event_type,id,text",
    "expansions": "attachments.media_keys,sender_id",
    "user.fields": "id,name,username",
    "media.fields": _MEDIA,
}

_OLDER_PARAMETERS = {"post.fields": "tweet.fields"}
_OLDER_VALUES = {"note_post": "note_tweet", "referenced_posts": "referenced_tweets.id"}


def older(params: Mapping[str, str]) -> dict[str, str]:
    """The same question in the names of before."""
    return {_OLDER_PARAMETERS.get(name, name): _older_value(name, value) for name, value in params.items()}


def _older_value(name: str, value: str) -> str:
    if name not in ("post.fields", "expansions"):
        return value
    return ",".join(_OLDER_VALUES.get(part, part) for part in value.split(","))
