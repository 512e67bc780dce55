"""The HTML format: one file that needs nothing, in which every name is text and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.findings import Confidence, Head, Notice, Report, Severity
from scanner.reports import load
from scanner.secret import visible

VOID = {"br", "input", "meta"}


class Page(HTMLParser):
    """A page as a parser sees it: its elements, and the text of each."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.raw: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            self.raw[self._open[-1]] = data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(report: Report, view: Any) -> str:
    return "".join(load("html").render(report, view))


@pytest.fixture
def page(case: Any) -> Page:
    return Page(page_of(case.report, case.view))


def test_it_loads_nothing_and_runs_nothing_but_its_own(page: Page) -> None:
    assert page.elements[0][0] == "html"
    assert {tag for tag, _ in page.elements} & {
        "link", "img", "iframe", "object", "embed", "base", "audio", "video", "image", "template",
    } == set()  # fmt: skip
    assert len(page.all("style")) == len(page.all("script")) == 1
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
        address = attributes.get("href") or "#"
        assert re.match(r"#|https?://", address), address
    assert not re.search(r"url\(|@import|@font-face", page.raw["style"])
    assert not re.search(
        r"fetch|XMLHttp|WebSocket|eval|innerHTML|insertAdjacent|document\.write|import|storage",
        page.raw["script"],
    )


def test_its_policy_allows_its_own_style_and_script_and_nothing_else(page: Page) -> None:
    (policy,) = (
        each["content"] or ""
        for each in page.all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "style-src": digest(page.raw["style"]),
        "script-src": digest(page.raw["script"]),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    # Nothing that needs the policy comes before it.
    assert [tag for tag, _ in page.elements[:4]] == ["html", "head", "meta", "meta"]


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    names = [tag for tag, _ in page.elements]
    assert [names.count(tag) for tag in ("h1", "header", "main", "footer", "title")] == [1] * 5
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    for tag, each in page.elements:
        address = each.get("href") or "#top"
        assert not address.startswith("#") or address[1:] in ids, address
        assert (each.get("aria-labelledby") or ids[0]) in ids
        assert tag != "th" or each.get("scope") in ("row", "col")
    assert names.count("table") == names.count("caption")
    levels = [int(name[1]) for name in names if re.fullmatch("h[1-6]", name)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_each_finding_is_there_with_what_is_known_of_it(case: Any) -> None:
    page = Page(page_of(case.report, case.view))
    for found in case.report.findings:
        assert any((each.get("id") or "") == f"f-{found.fingerprint}" for each in page.all("li"))
        assert found.fingerprint in page.text
        for value in found.values.values():
            assert value.redacted() in page.text


def test_the_worst_finding_comes_first(make_case: Any) -> None:
    report, view = make_case("notes_and_more")
    page = Page(page_of(report, view))
    items = [each["class"] for each in page.all("li") if "data-severity" in each]
    assert items == ["critical", "high", "note"]


def test_what_is_below_the_threshold_is_possible_and_is_to_be_checked(builders: Any) -> None:
    def shown(confidence: Confidence) -> str:
        value = {"key_id": builders.Maker().key_id()}
        found = builders.finding(
            builders.KEY_ID, value, builders.at("key_id", "a.py", 1), confidence=confidence
        )
        return Page(page_of(Report("scan", (found,), builders.tally()), builders.view())).text

    doubtful, sure = shown(Confidence.LOW), shown(Confidence.HIGH)
    assert "keycatch: no AWS credentials found, 1 possible" in doubtful
    assert "What to do: check whether it is a credential. If it is: all 4 steps." in doubtful
    assert "possible, below --fail-on medium" in doubtful
    assert "Check first whether it is a credential. If it is: Deactivate the key" in doubtful
    assert "Check first" not in sure
    assert "keycatch: 1 AWS access key ID found Scanned" in sure
    assert "What to do: Deactivate the key first" in sure


def test_a_note_and_a_canary_are_not_to_be_revoked(builders: Any, make_case: Any) -> None:
    for name in ("notes", "canary_history"):
        text = Page(page_of(*make_case(name))).text
        assert "Deactivate the key first" not in text
        assert "Revoke every credential" not in text


def test_no_credentials_and_no_gap(make_case: Any) -> None:
    text = Page(page_of(*make_case("clean"))).text
    assert "Nothing found. Everything was read." in text
    incomplete = Page(page_of(*make_case("incomplete_clean"))).text
    assert "Nothing found." not in incomplete
    assert "The scan is incomplete. 1 place was not fully read" in incomplete


def test_one_credential_found_by_two_rules_is_two_findings(builders: Any) -> None:
    value = {"key_id": builders.Maker().key_id()}
    found = tuple(
        builders.finding(rule, value, builders.at("key_id", "a.py", 1))
        for rule in (builders.KEY_ID, builders.PAIR)
    )
    page = Page(page_of(Report("scan", found, builders.tally()), builders.view()))
    names = [each["id"] for each in page.all("li") if each.get("id")]
    assert names == [f"f-{found[0].fingerprint}", f"f-{found[0].fingerprint}-2"]


def test_the_filter_has_what_the_findings_have(make_case: Any) -> None:
    page = Page(page_of(*make_case("history")))
    fields = {each["name"] for each in page.all("select")}
    assert fields == {
        "severity", "kind", "account", "folder", "person", "exposure", "confidence",
    }  # fmt: skip
    choices = [each["value"] for each in page.all("option")]
    assert len(choices) > 2 * len(fields)
    for each in page.all("li"):
        if "data-severity" in each:
            answers = (each.get(f"data-{name}") or "" for name in fields)
            assert all(set(answer.split()) <= set(choices) for answer in answers)


def test_a_link_of_a_rule_leads_to_the_web_or_is_none(builders: Any) -> None:
    rule = builders.rule(
        "own", "Own", Severity.HIGH, Confidence.HIGH,
        why="See [a](javascript:alert(1)), [b](https://example.com/b) and [c](data:text/html,x).",
        references=("javascript:alert(1)", "https://example.com/r", "//example.com"),
    )  # fmt: skip
    found = builders.finding(
        rule, {"key_id": builders.Maker().key_id()}, builders.at("key_id", "a", 1)
    )
    report = Report("scan", (found,), builders.tally())
    page = Page(page_of(report, builders.view(rules=(rule,))))
    outside = [each for each in page.all("a") if not (each["href"] or "").startswith("#")]
    assert [each["href"] for each in outside] == ["https://example.com/b", "https://example.com/r"]
    assert all(each["rel"] == "noreferrer" for each in outside)


HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<!--", "-->", "]]>",
        "<img src=x onerror=alert(1)>", '"', "'", "`", "&lt;", "&#60;", "&", "</style>", "<b>",
        "\" onclick=\"alert(1)", "javascript:alert(1)", "\u2028", "\u2029", "\u202e", "\u2066",
        "\ufeff", "\0", "\r\n", "\x1b[31m", "\udc80", "\ud800", "\udfff", "{{x}}", "${x}", "##[x]",
        "::error::x", "\x85", "\u00a0", "<svg/onload=alert(1)>", "</details>", "</li>", "//",
    ]
)  # fmt: skip
CHOSEN = st.lists(HOSTILE | st.text(max_size=6), min_size=1, max_size=4).map("".join).filter(bool)


def hostile(builders: Any, chosen: str, kind: str) -> Any:
    """Return a report in which every free text is what somebody has chosen."""
    moment = builders.moment(1, chosen)._replace(author_date=chosen)
    date = builders.moment(2, chosen)
    value = {"key_id": builders.Maker().key_id()}
    rule = builders.rule("own-rule", chosen, Severity.HIGH, Confidence.HIGH, why=chosen,
                         remediation=(chosen,), references=(f"https://{chosen}",))  # fmt: skip
    found = []
    for path, scope, first in (
        (chosen, "history", moment), (f"a/{chosen}", "history", date), (chosen, "x", date),
        (chosen, "commit-message", date), (chosen, "reference-name", date),
    ):  # fmt: skip
        where = builders.at(
            "key_id", path, 1, member=chosen, decoded=(chosen,), scope=scope, object="a" * 40,
            commit="b" * 40, author_date=chosen,
        )  # fmt: skip
        past = builders.past(
            1, branches=(chosen,), tags=(chosen,), held_by=(chosen,), in_head=len(found) == 1
        )
        past = past._replace(first=first, last=first)
        found.append(
            builders.finding(
                rule, value, where, where._replace(start_line=2), evidence=(chosen,),
                history=past if kind == "history" else None,
            )
        )  # fmt: skip
    tally = builders.tally(skipped={chosen: 2}, set_aside={chosen: 1})
    for hides in (True, False):
        tally.notice(Notice(chosen, chosen, chosen, hides))
    heads = (Head(chosen, "c" * 40, chosen),) if kind == "history" else ()
    report = Report(kind, tuple(found), tally, None, (chosen,), heads)
    return report, builders.view(rules=(rule,))


def skeleton(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(attributes)) for tag, attributes in page.elements]


@pytest.mark.parametrize("kind", ["scan", "history"])
@settings(max_examples=80, deadline=None)
@given(chosen=CHOSEN)
def test_no_name_is_anything_but_text(builders: Any, kind: str, chosen: str) -> None:
    raw = page_of(*hostile(builders, chosen, kind))
    raw.encode()  # no lone surrogate is left
    page = Page(raw)
    shown = "".join(page.texts)
    assert visible(chosen) in shown
    strange = {c for c in raw if not c.isprintable()}
    assert strange == {"\n"}
    assert "##[" not in raw
    assert "::error" not in raw
    # The elements are those of a page about a harmless name, with the same attributes. Marks of
    # Markdown may make others in what a rule says, and paths decide on folders.
    allowed = {"code", "em", "strong", "a"}
    tags = {tag for tag, _ in page.elements}
    plain = Page(page_of(*hostile(builders, "plain", kind)))
    assert tags <= {tag for tag, _ in plain.elements} | allowed
    names = {name for _, each in plain.elements for name in each} | {"rel"}
    assert {name for _, each in page.elements for name in each} <= names
    assert len(page.all("script")) == 1


def test_the_search_for_markup_can_fail() -> None:
    page = Page("<p><svg onload=x></svg></p>")
    assert skeleton(page) == [("p", ()), ("svg", ("onload",))]


def test_the_assets_are_in_the_package_and_end_no_element() -> None:
    from importlib.resources import files

    package = files("scanner.reports.page")
    for name in ("report.css", "report.js"):
        content = (package / name).read_text("utf-8")
        assert "</" not in content
        assert "<!--" not in content
        assert content.isascii()
        # Markup of the file becomes the text between the tags, and its digest.
        assert "\r" not in content
