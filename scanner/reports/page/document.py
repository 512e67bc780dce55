"""The whole page: its head, its policy, and the frame around the sections.

The page needs nothing but itself, and its policy says so: a browser refuses whatever is not allowed
by name. Style and script are allowed by their digests (Content Security Policy Level 3, 2.3.1), so
neither an attribute nor an element that a hostile name could make up would run. A policy in a
`meta` element takes no `frame-ancestors`, `report-uri` or `sandbox` (HTML Standard, 4.2.5.3).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.about import NAME, VERSION
from scanner.records import NamedTuple
from scanner.reports.page.elements import Html, block, element, text, trusted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HERE: Final = os.path.dirname(__file__)


class Section(NamedTuple):
    """A part of the page with a heading of its own, which the contents list."""

    id: str
    title: str
    content: Iterable[Html]


def document(title: str, lead: Iterable[Html], sections: Iterable[Section]) -> Iterator[str]:
    """Yield the page. `lead` comes below the title, before the contents."""
    style, script = _asset("report.css"), _asset("report.js")
    listed = list(sections)

    yield "<!DOCTYPE html>\n"
    yield '<html lang="en">\n'
    yield block(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", style),
    )
    yield "\n<body>\n"

    first = listed[0].id if listed else "top"
    yield f"{element('a', 'Skip to the content', href=f'#{first}', class_='skip')}\n"
    yield block("header", element("h1", title, id="top"), *lead)
    yield "\n"
    if len(listed) > 1:
        links = [element("li", element("a", each.title, href=f"#{each.id}")) for each in listed]
        yield block("nav", block("ul", *links), aria_label="Contents")
        yield "\n"

    yield "<main>\n"
    for each in listed:
        yield f'<section id="{each.id}" aria-labelledby="{each.id}-title">\n'
        yield f"{element('h2', each.title, id=f'{each.id}-title')}\n"
        for part in each.content:
            yield f"{part}\n"
        yield "</section>\n"
    yield "</main>\n"

    yield block("footer", element("p", _made_by()))
    yield f"\n{element('script', script)}\n"
    yield "</body>\n</html>\n"


def banner(kind: str, heading: str, *content: str) -> Html:
    """Return a paragraph that has to be seen: `kind` is `warning` or `calm`."""
    return element("p", element("strong", heading), " ", *content, class_=f"banner {kind}")


def _made_by() -> Html:
    return text(
        f"Made by {NAME} {VERSION}. Values are redacted: the ends of a value identify it to its "
        "owner. This page is one file, loads nothing and sends nothing."
    )


def _policy(style: str, script: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    def digest(content: str) -> str:
        return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"

    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {digest(style)}",
            f"script-src {digest(script)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _asset(name: str) -> Html:
    """Return a file of this package with line feeds, between which nothing changes its digest."""
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return trusted(f"\n{file.read()}")
