"""Files of messages, and files that platforms fetch: served by short-lived links."""
