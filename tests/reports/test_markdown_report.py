"""Markdown: read by a parser, with hostile names and with what reports have to say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanner.findings import Moment, Notice, Report
from scanner.reports.markdown_report import render
from scanner.secret import Secret

PARSER = MarkdownIt("gfm-like", {"linkify": False})
HOSTILE = st.text(
    st.sampled_from("`*_[]()<>!@#~|\\ \n\r\t&:/a.-+=0\x1b\u202e\udcff$"), min_size=1, max_size=24
)


def tokens(text):
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def headings(text):
    found = PARSER.parse(text)
    return [found[at + 1].content for at, token in enumerate(found) if token.type == "heading_open"]


def outline(text):
    return [token.type for token in PARSER.parse(text) if token.type != "inline"]


def test_no_html_links_pictures_or_tables(case):
    text = "".join(render(*case))
    kinds = {token.type for token in tokens(text)}
    assert kinds <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text",
        "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close",
        "list_item_open", "list_item_close", "strong_open", "strong_close", "code_inline",
        "softbreak", "text_special",
    }  # fmt: skip


def test_a_finding_is_one_item_with_rows_below(make_case):
    report, view = make_case("two_files")
    found = PARSER.parse("".join(render(report, view)))
    depth, top = 0, 0
    for token in found:
        depth += token.type == "bullet_list_open"
        depth -= token.type == "bullet_list_close"
        top += token.type == "list_item_open" and token.level == 1 and depth == 1
    assert top == len(report.findings)


def test_headings_are_the_parts_of_a_report(make_case):
    assert headings("".join(render(*make_case("clean")))) == ["keycatch: no AWS credentials found"]
    assert headings("".join(render(*make_case("incomplete")))) == [
        "keycatch: 1 AWS credential found", "Findings", "What to do",
        "Not read: credentials could be in there",
    ]  # fmt: skip
    (title, *_) = headings("".join(render(*make_case("incomplete_clean"))))
    assert title == "keycatch: no AWS credentials found in what was read"


def test_quiet_leaves_out_what_to_do(make_case):
    report, view = make_case("pair")
    assert "What to do" not in "".join(render(report, view._replace(verbosity=-1)))
    assert "What to do" in "".join(render(report, view))


def test_places_beyond_twenty_are_counted(make_case):
    report, view = make_case("copies")
    text = "".join(render(report, view))
    assert (text.count("also at"), "and in 12 more places" in text) == (20, True)
    text = "".join(render(report, view._replace(verbosity=1)))
    assert (text.count("also at"), "more places" in text) == (32, False)


def test_no_author_is_named(make_case):
    """Such a text goes to a ticket or a wiki."""
    for name in ("history", "history_of_messages"):
        assert "Lovelace" not in "".join(render(*make_case(name)))


@pytest.mark.parametrize("name", ["canary", "canary_history"])
def test_a_canary_comes_with_its_own_steps(make_case, name):
    text = "".join(render(*make_case(name)))
    steps = text.partition("## What to do\n")[2]
    assert steps.index("do not deactivate it") < steps.find("Deactivate the key") % len(steps) or (
        "Deactivate the key" not in steps
    )


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(name=HOSTILE, other=HOSTILE)
def test_hostile_names_change_nothing(builders, name, other):
    """The document has the same parts whatever the names are."""

    def made(name, other):
        rule = builders.KEY_ID._replace(name=other)
        place = builders.at("key_id", f"d/{name}", 1, member=other)
        far = builders.at("password", f"e/{other}", 2)
        values = {"key_id": Secret(b"A" * 20), "password": Secret(b"p" * 9)}
        past = builders.past(1)._replace(first=Moment("a" * 40, name, other))
        found = builders.finding(rule, values, place, far, history=past)
        tally = builders.tally()
        tally.notice(Notice("un*read*able", f"f/{name}", other, True))
        report = Report("history", (found,), tally, narrowed=(name,))
        return "".join(render(report, builders.view()._replace(rules=(rule,))))

    text = made(name, other)
    assert outline(text) == outline(made("a", "b"))
    kinds = {token.type for token in tokens(text)}
    assert not kinds & {"html_inline", "html_block", "link_open", "image", "em_open", "table_open"}
    plain = [token.content for token in tokens(text) if token.type == "text"]
    assert not any("@" in each for each in plain), "a server calls people by such a name"
