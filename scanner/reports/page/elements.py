"""Elements of HTML in which every text is escaped, whoever wrote it.

Only this module makes an `Html`. A plain `str` is text, and is escaped when it becomes part of an
element, so no caller has to remember which texts come from a repository.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

from scanner.secret import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID: Final = frozenset(("br", "input", "link", "meta"))
"""Elements without content and end tag: HTML Standard, 13.1.2, "Void elements"."""
_CODE: Final = re.compile("`([^`]+)`")


# What is shown as it is, with neither two colons nor two number signs in it.
_PLAIN: Final = re.compile(r"[A-Za-z0-9 _./,;()*+=@!?-]*").fullmatch


class Html(str):
    """Text that is HTML already; made by this module only."""

    __slots__ = ()


def text(content: str) -> Html:
    r"""Return `content` as HTML that shows it, for an element or a quoted attribute.

    Control characters, marks of direction, line separators and undecodable bytes are shown as
    escapes (`\u202e`, `\xff`). What a runner of CI jobs would obey in a log (see
    `scanner.secret.printable`) is written as character references, which a browser shows as it is.
    """
    return content if isinstance(content, Html) else _escaped(content)


# A page of many findings repeats most of its texts: names of rows, of classes, of people.
@lru_cache(maxsize=1 << 12)
def _escaped(content: str) -> Html:
    if _PLAIN(content):  # nearly all texts
        return Html(content)
    shown = escape(visible(content))
    # Hardly any text has either, and looking is faster than replacing.
    if "##" in shown:
        shown = shown.replace("##", "#&#35;")
    if "::" in shown:
        shown = shown.replace("::", ":&#58;")
    return Html(shown)


def element(name: str, /, *content: str, **attributes: str | bool | None) -> Html:
    """Return the element `name`; content that is not `Html` is text.

    In names of attributes `_` is written for `-`, and at the end where Python has the word for
    itself. An attribute that is None or False is left out; True is one without a value.
    """
    inside = "".join([each if isinstance(each, Html) else _escaped(each) for each in content])
    if not attributes:  # most elements
        return Html(f"<{name}>{inside}</{name}>")

    head = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        head += f" {_attribute(key)}"
        if value is not True:
            head += f'="{text(value)}"'
    if name in _VOID:
        return Html(f"<{head}>")
    return Html(f"<{head}>{inside}</{name}>")


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Return `parts` one after the other with the text `between` them."""
    return Html(text(between).join(map(text, parts)))


def lines(parts: Iterable[Html]) -> Html:
    """Return `parts` each on a line of its own, so that a page can be compared line by line."""
    return Html("".join(f"{part}\n" for part in parts if part))


def block(name: str, /, *content: str, **attributes: str | bool | None) -> Html:
    """Return the element `name` with each part of its content on a line of its own."""
    parts = lines(map(text, content))
    return element(name, Html(f"\n{parts}"), **attributes)


def described(rows: Iterable[tuple[str, Iterable[str]]]) -> Html:
    """Return names with one or more values each as a list; nothing of a name without a value."""
    parts = ["<dl>"]
    for name, values in rows:
        listed = "".join([f"<dd>{text(value)}</dd>" for value in values if value])
        if listed:
            parts.append(f"<dt>{text(name)}</dt>{listed}")
    parts.append("</dl>")
    return Html("\n".join(parts))


def code(content: str) -> Html:
    """Return `content` as what a program reads or writes: a path, a value, a command."""
    return element("code", content)


def spans(content: str) -> Html:
    """Return a text in which code is between backquotes, and that has no other markup."""
    parts = _CODE.split(content)
    return joined(code(part) if at % 2 else part for at, part in enumerate(parts))


def shell(shown: Iterable[str]) -> Html:
    """Return lines for a shell, to be copied as they are."""
    return element("pre", element("code", Html("\n".join(map(text, shown)))))


def trusted(content: str) -> Html:
    """Return `content`, which is a file of this package, as it is."""
    return Html(content)
