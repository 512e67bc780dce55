"""HTML pages in a headless Chromium. The tests are run by `.ci/run`, which installs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


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
