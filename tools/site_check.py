"""What is wrong with a documentation site that was written: see tools/build_site.py."""

from __future__ import annotations

import os
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator


class Page(HTMLParser):
    """What a page of the site refers to, what can be referred to in it, and what it consists of."""

    REFERENCES: Final = {
        "a": "href",
        "link": "href",
        "img": "src",
        "script": "src",
        "source": "src",
    }
    LOADED: Final = {"img", "script", "source", "iframe", "video", "audio", "object", "embed"}
    COUNTED: Final = {"h1", "h2", "h3", "h4", "li", "tr", "pre", "img", "blockquote"}

    def __init__(self, text: str) -> None:
        """Read the page `text`."""
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.elements: Counter[str] = Counter()
        self._article = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        reference = found.get(self.REFERENCES.get(tag, "src"))
        if reference:
            is_stylesheet = tag == "link" and "stylesheet" in (found.get("rel") or "")
            self.links.append(reference)
            if tag in self.LOADED or is_stylesheet or found.get("rel") in ("preload", "preconnect"):
                self.loaded.append(reference)
        if tag == "article":
            self._article += 1
        elif self._article and tag in self.COUNTED:
            self.elements[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        """Take note of the end of the content."""
        if tag == "article":
            self._article -= 1


def problems(site: Path, staged: Path) -> Iterator[str]:
    """Yield what is wrong with the pages that were written."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield "no pages were written"
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for reference in page.loaded:
            if urlsplit(reference).netloc:
                yield f"{name}: loads {reference} from another host"
        for reference in page.links:
            yield from dead(name, path, reference, site, pages)
        # A page is written as page/index.html, and an index in its own place.
        for source in (path.parent.relative_to(site).as_posix(), name.removesuffix(".html")):
            if (staged / f"{source}.md").is_file():
                yield from differences(name, page, (staged / f"{source}.md").read_text("utf-8"))
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(
            r"url\(\s*[\"']?((?:https?:)?//[^)\"']+)", path.read_text("utf-8")
        ):
            yield f"{path.relative_to(site)}: loads {address} from another host"


def dead(
    name: str, path: Path, reference: str, site: Path, pages: dict[Path, Page]
) -> Iterator[str]:
    """Yield why a reference of a page leads nowhere, if it does."""
    parts = urlsplit(reference)
    if parts.scheme or parts.netloc:
        return
    target = path
    if parts.path:
        start = site if parts.path.startswith("/") else path.parent
        target = Path(os.path.normpath(start / unquote(parts.path).lstrip("/")))
        if target.is_dir():
            target /= "index.html"
    if not target.is_file():
        yield f"{name}: {reference} leads nowhere"
    elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
        yield f"{name}: {reference} has no such anchor"


def differences(name: str, page: Page, text: str) -> Iterator[str]:
    """Yield what a page has more or less often than GitHub's Markdown says."""
    expected = Page(f"<article>{MarkdownIt('gfm-like').disable('linkify').render(text)}</article>")
    for element in sorted(Page.COUNTED):
        if page.elements[element] != expected.elements[element]:
            yield (
                f"{name}: {page.elements[element]} times <{element}>, "
                f"{expected.elements[element]} on GitHub"
            )
