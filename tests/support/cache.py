"""Django's cache in tests."""

from django.core.cache import caches
from django_redis.cache import RedisCache


def forget_cached() -> None:
    """Empty this test process's cache; `cache.clear()` would empty the whole Redis, which others share."""
    cache = caches["default"]
    assert isinstance(cache, RedisCache)
    cache.delete_pattern("*")
