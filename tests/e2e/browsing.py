"""The browser of the tests: the system's Chromium, driven from a thread of its own.

Playwright's synchronous interface leaves an event loop marked as running in its thread, in which neither
Django's ORM nor other tests that start a loop would work.
"""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections
from playwright.sync_api import Browser, BrowserContext, sync_playwright

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
VIEWS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def chromium() -> str | None:
    """Where the system's Chromium is."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class BrowserThread:
    """One Chromium; `run` does something in the only thread that may speak to it."""

    def __init__(self, program: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="browser")
        self._playwright = self.run(lambda: sync_playwright().start())
        self.browser: Browser = self.run(
            lambda: self._playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        )

    def run(self, act: Callable[[], T]) -> T:
        """What `act` returns, or raises."""
        return self._thread.submit(self._unguarded, act).result()

    @staticmethod
    def _unguarded(act: Callable[[], T]) -> T:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
        try:
            return act()
        finally:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

    def open(self, base: str, *, view: str = "desktop", scheme: Any = "light") -> BrowserContext:
        """A browser that has seen nothing yet; call it in the thread."""
        size: Any = VIEWS[view]
        context = self.browser.new_context(
            base_url=base,
            viewport=size,
            color_scheme=scheme,
            has_touch=view == "phone",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        return context

    def end(self) -> None:
        """Close the browser and what its thread had open."""
        self.run(self.browser.close)
        self.run(self._playwright.stop)
        self.run(connections.close_all)
        self._thread.shutdown()
