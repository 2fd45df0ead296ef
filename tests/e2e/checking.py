"""What is checked of every page: accessible, quiet, alone, within its policy, small enough for a phone."""

import gzip
import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Response

AXE = (Path(__file__).parent / "axe/axe-4.14.1.min.js").read_text()
# WCAG 2.2 AA and what it builds on; axe-core's own names for them.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTRAST = ["color-contrast"]
WEIGHT_BYTES = 150_000
SHOTS = os.environ.get("E2E_SHOTS", "")


class Watched:
    """A page of a browser with an ear on what it does."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        self.bytes = 0
        self.responses: list[Response] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._answered)
        page.on("request", lambda request: self._asked(request.url))
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._loaded)

    def visit(self, path: str, status: int = 200) -> Response:
        """Open a page and wait until it has loaded."""
        self._expected = status
        answer = self.page.goto(path, wait_until="load")
        assert answer is not None
        assert answer.status == status, path
        return answer

    def bytes_compressed(self) -> int:
        """What production sends: its static files are compressed beforehand."""
        return sum(len(gzip.compress(r.body())) if "/static/" in r.url else _sent(r) for r in self.responses)

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium complains of the status of the page itself, which the test expects.
        expected = self._expected >= 400 and f"status of {self._expected}" in message.text
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"foreign host: {url}")

    def _answered(self, response: Response) -> None:
        self.responses.append(response)

    def _loaded(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


def _sent(response: Response) -> int:
    sizes = response.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def violations(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe-core finds, as lines that say where."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found = page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules
    )
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def keep_picture(page: Page, name: str) -> None:
    """Save a picture of the whole page in the folder E2E_SHOTS, where that is set."""
    if SHOTS:
        file = re.sub(r"\W+", "-", name)
        page.screenshot(path=Path(SHOTS) / f"{file}.png", full_page=True)
