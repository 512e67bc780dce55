"""The documentation site in headless Chromium: private, searchable, and usable on a phone."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tools import build_site

pytestmark = pytest.mark.browser

PAGES = ("", "first-steps/developer/", "ci/github/", "rules/", "rules/aws-mfa-seed/", "reports/",
         "accuracy/", "changelog/")  # fmt: skip


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return where the site is served, on loopback."""
    site = tmp_path_factory.mktemp("site")
    assert build_site.build(site, tmp_path_factory.mktemp("work")) == []
    handler = functools.partial(Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Reader:
    """A window, and whatever happened in it that should not."""

    def __init__(self, context: Any, address: str) -> None:
        self.page = context.new_page()
        self.address = address
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.requested(request.url))

    def requested(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(url)

    def open(self, name: str) -> None:
        self.page.goto(self.address + name)
        self.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_load_nothing_from_elsewhere_and_fit_the_window(
    chromium: Any, address: str, width: int, scheme: str
) -> None:
    with chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    ) as context:
        reader = Reader(context, address)
        for name in PAGES:
            reader.open(name)
            assert reader.wrong == []
            size = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            needed, given = reader.page.evaluate(size)
            assert needed <= given, name


def test_the_search_finds_a_rule(chromium: Any, address: str) -> None:
    with chromium.new_context() as context:
        reader = Reader(context, address)
        reader.open("")
        reader.page.keyboard.press("Control+k")
        reader.page.keyboard.type("presigned")
        link = reader.page.locator("dialog a[href*='rules/aws-presigned-url']").first
        link.wait_for(state="visible")
        assert reader.wrong == []


def test_the_button_of_a_transcript_copies_its_commands(chromium: Any, address: str) -> None:
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        reader = Reader(context, address)
        reader.open("first-steps/developer/")
        reader.page.locator(".language-console button").first.click()
        reader.page.wait_for_function(
            "navigator.clipboard.readText().then((text) => text.length > 0)"
        )
        lines = reader.page.evaluate("navigator.clipboard.readText()").split("\n")
        assert lines[0] == "python3 -m venv ~/.keycatch"
        assert lines[-1] == "keycatch version"


def test_no_page_may_load_from_elsewhere(chromium: Any, address: str) -> None:
    """The policy of the pages holds, also for what a script would add."""
    with chromium.new_context() as context:
        reader = Reader(context, address)
        reader.open("")
        loaded = reader.page.evaluate(
            "fetch('https://example.com/').then(() => true).catch(() => false)"
        )
        assert loaded is False
        assert any("Content Security Policy" in text for text in reader.wrong)
