"""A headless Chromium for the HTML pages. Its tests are run by `.ci/run`, which installs it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return a running browser; fails, and never skips, where there is none."""
    path = os.environ.get("KEYCATCH_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail(
            "there is no Chromium: install the package chromium, or name one in KEYCATCH_CHROMIUM"
        )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("there is no playwright: pip install -e '.[browser]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


class Opened:
    """A page in a browser, and whatever happened that should not."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.wrong.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())

    def shown(self) -> list[str]:
        """Return the names of the findings that are shown."""
        names = self.page.evaluate(
            "[...document.querySelectorAll('.findings > li')]"
            ".filter(each => each.checkVisibility()).map(each => each.id)"
        )
        return list(names)


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a function that opens a page, given as text, in a window of its own."""
    contexts = []

    def open_page(html: str, **more: Any) -> Opened:
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(html, "utf-8")
        context = chromium.new_context(**more)
        contexts.append(context)
        return Opened(context.new_page(), path)

    yield open_page
    for context in contexts:
        context.close()
