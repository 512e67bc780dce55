"""Elements whose texts are escaped, whatever is in them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.reports.page.elements import (
    Html,
    block,
    code,
    described,
    element,
    joined,
    shell,
    spans,
    text,
)
from scanner.secret import visible


class Seen(HTMLParser):
    """What a browser shows of a piece of HTML, and the attributes in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.shown += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs


ANY = st.text() | st.lists(
    st.sampled_from(["<", ">", "&", '"', "'", "##", "::", "#", ":", "[", "\udc80", "\u2028", "a"])
).map("".join)


@given(content=ANY)
def test_a_text_is_shown_as_it_is_with_escapes_for_what_cannot_be_seen(content: str) -> None:
    made = text(content)
    assert Seen(made).shown == visible(content)
    assert made.isprintable()
    assert not {*"<>\"'"} & {*made}
    assert "##" not in made
    assert "::" not in made


@given(content=ANY)
def test_an_attribute_holds_its_text(content: str) -> None:
    assert Seen(element("p", title=content)).attributes == [("title", visible(content))]


@given(content=ANY)
def test_nothing_is_escaped_twice(content: str) -> None:
    assert text(text(content)) == text(content)
    assert element("p", element("b", content)) == f"<p><b>{text(content)}</b></p>"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (element("p"), "<p></p>"),
        (element("p", "a", "<"), "<p>a&lt;</p>"),
        (element("meta", charset="utf-8"), '<meta charset="utf-8">'),
        (element("p", class_="a b", aria_label="x", open=True),
         '<p class="a b" aria-label="x" open></p>'),
        (element("p", a=None, b=False, c=""), '<p c=""></p>'),
        (block("ul", element("li", "a"), Html()), "<ul>\n<li>a</li>\n</ul>"),
        (joined(("a", code("<b>")), " & "), "a &amp; <code>&lt;b&gt;</code>"),
        (spans("a `b<` c"), "a <code>b&lt;</code> c"),
        (spans("`"), "`"),
        (shell(["a\u202e", "b && c"]), "<pre><code>a\\u202e\nb &amp;&amp; c</code></pre>"),
        (described([("a", ["", "b", "<"]), ("none", [])]),
         "<dl>\n<dt>a</dt><dd>b</dd><dd>&lt;</dd>\n</dl>"),
    ],
)  # fmt: skip
def test_elements(made: Any, expected: str) -> None:
    assert type(made) is Html
    assert made == expected


def test_a_plain_text_that_looks_like_an_element_made_before_is_escaped() -> None:
    """Texts are remembered: equal strings of the two types must not be taken for each other."""
    made = element("b", "x")
    assert text(str(made)) == "&lt;b&gt;x&lt;/b&gt;"
    assert text(made) == "<b>x</b>"
    assert text(str(made)) == "&lt;b&gt;x&lt;/b&gt;"
