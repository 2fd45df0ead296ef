"""X, once Twitter: posts, mentions, reactions and direct messages of an account."""
