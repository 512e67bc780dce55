"""The HTML pages in a browser: with a keyboard, a screen reader, on paper, without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.findings import Report, Severity
from scanner.reports import load
from scanner.response.formats import load as load_response
from scanner.response.plan import respond
from scanner.saved.report import read

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
PAGES = ("history", "history_of_messages", "incomplete", "odd_names", "set_aside_places", "canary")
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)>',
    "</details></li></ol><h1>nothing was found</h1>", "\u202egnp.exe", "na\udcefve\u2028\u2066",
    "&lt;b&gt;", "' onfocus=alert(1) autofocus='", "</style><style>*{display:none}</style>",
)  # fmt: skip


def page_of(case: Any) -> str:
    return "".join(load("html").render(case[0], case[1]))


def plan_of(case: Any) -> str:
    saved = read("".join(load("json").render(case[0], case[1])).encode())
    return "".join(load_response("html")(respond(saved, NOW), False))


def test_nothing_is_blocked_requested_or_logged(opened: Any, case: Any) -> None:
    for html in (page_of(case), plan_of(case)):
        seen = opened(html)
        assert seen.wrong == []
        assert len(seen.requests) == 1  # the page itself
        assert seen.page.evaluate("document.fonts.size") == 0


def test_a_parser_has_no_complaint(case: Any) -> None:
    import html5lib

    for html in (page_of(case), plan_of(case)):
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(html)
        assert parser.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", [page_of, plan_of])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Any, make_case: Any, name: str, make: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # The policy of the page would not let the checker in.
    page = opened(make(make_case(name)), color_scheme=scheme, bypass_csp=True).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"][:3]]) for each in found] == []


def test_the_filter_shows_what_fits(opened: Any, make_case: Any) -> None:
    seen = opened(page_of(make_case("history")))
    page, everything = seen.page, seen.shown()
    assert len(everything) == 9
    status = page.get_by_role("status")
    assert status.inner_text() == "9 findings"

    page.get_by_label("Severity").select_option(label="high (3)")
    assert status.inner_text() == "3 of 9 findings"
    assert len(seen.shown()) == 3
    page.get_by_label("Exposure").select_option(label="already pushed (5)")
    assert status.inner_text() == "1 of 9 findings"

    page.get_by_role("button", name="Show all").click()
    status.get_by_text("9 findings", exact=True).wait_for()
    assert seen.shown() == everything

    # Words of a closed finding count as well, and names of rows do not.
    page.get_by_label("Search").fill("SETTINGS.py feature/a")
    status.get_by_text("1 of 9 findings").wait_for()
    assert seen.shown() == everything[:1]
    page.get_by_label("Search").fill("fingerprint")
    status.get_by_text("0 of 9 findings").wait_for()
    assert seen.wrong == []


def test_an_answer_of_the_summary_filters(opened: Any, make_case: Any) -> None:
    seen = opened(page_of(make_case("history")))
    summary = seen.page.get_by_role("table", name="Severity")
    summary.get_by_role("button", name="critical").click()
    assert seen.page.get_by_role("status").inner_text() == "1 of 9 findings"
    assert seen.page.get_by_label("Severity").evaluate("each => each === document.activeElement")


def test_a_link_opens_the_finding_even_if_the_filter_hides_it(opened: Any, make_case: Any) -> None:
    seen = opened(page_of(make_case("history")))
    page = seen.page
    page.get_by_label("Severity").select_option(label="note (1)")
    first = page.locator(".findings > li").first
    assert not first.is_visible()
    page.get_by_role("table", name="When each").get_by_role("link").first.click()
    first.locator("dl").wait_for()
    assert first.evaluate("each => each.querySelector('details').open")
    assert seen.wrong == []


def test_everything_opens_and_closes(opened: Any, make_case: Any) -> None:
    page = opened(page_of(make_case("history"))).page
    details = page.locator(".findings dl")
    assert not details.first.is_visible()
    page.get_by_role("button", name="Open all").click()
    assert details.first.is_visible()
    assert details.last.is_visible()
    page.get_by_role("button", name="Close all").click()
    assert not details.first.is_visible()


def test_a_keyboard_is_enough(opened: Any, make_case: Any) -> None:
    page = opened(page_of(make_case("history"))).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") > 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".findings dl").first.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("all 4 steps")


def test_hostile_names_are_shown_and_do_nothing(opened: Any, builders: Any) -> None:
    make = builders.Maker()
    found = []
    for number, text in enumerate(HOSTILE):
        past = builders.past(1, branches=(text,), in_head=True)
        past = past._replace(first=past.first._replace(author=text))
        place = builders.at("key_id", f"{text}/x", number + 1, **builders.of_history(1))
        found.append(
            builders.finding(
                builders.KEY_ID, {"key_id": make.key_id()}, place, evidence=(text,), history=past
            )
        )  # fmt: skip
    case = Report("history", tuple(found), builders.tally(commits=1)), builders.view()
    for html in (page_of(case), plan_of(case)):
        seen = opened(html)
        seen.page.get_by_role("button", name="Open all").click()
        shown = seen.page.inner_text("main")
        for text in HOSTILE:
            expected = text.encode("unicode_escape", "surrogateescape").decode()
            expected = expected.replace("\\udcef", "\\xef")
            assert expected in shown
        seen.page.get_by_label("Search").fill("<script>")
        seen.page.get_by_text(f"1 of {len(HOSTILE)} findings").wait_for()
        assert seen.wrong == []
        assert seen.page.evaluate("document.scripts.length") == 1


def test_nothing_runs_that_the_policy_does_not_name(opened: Any, make_case: Any) -> None:
    """The policy works: a page into which somebody has written a script refuses it."""
    html = page_of(make_case("pair"))
    seen = opened(html.replace("</body>", "<script>alert(1)</script><img src=x></body>"))
    assert any("Content Security Policy" in each for each in seen.wrong)
    assert "dialog" not in seen.wrong


def test_without_scripts_everything_is_there_but_the_filter(opened: Any, make_case: Any) -> None:
    seen = opened(page_of(make_case("history")), java_script_enabled=False)
    page = seen.page
    assert page.locator(".findings > li").count() == 9
    assert not page.get_by_label("Search").is_visible()
    page.locator("summary").first.click()
    assert page.locator(".findings dl").first.is_visible()


def test_on_paper_every_finding_is_open(opened: Any, make_case: Any) -> None:
    page = opened(page_of(make_case("history"))).page
    page.emulate_media(media="print")
    for body in page.locator(".findings dl").all():
        assert body.is_visible()
    assert not page.get_by_label("Search").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("make", [page_of, plan_of])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_of_a_narrow_window(
    opened: Any, make_case: Any, name: str, make: Any
) -> None:
    # 320 pixels are those of WCAG 2.2, 1.4.10: a desktop at four times the size.
    page = opened(make(make_case(name)), viewport={"width": 320, "height": 600}).page
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_many_findings_are_a_page_as_well(opened: Any, builders: Any) -> None:
    make = builders.Maker()
    found = tuple(
        builders.finding(
            builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", f"f{number}.py", 1),
            severity=Severity.HIGH if number % 2 else Severity.LOW,
        )
        for number in range(3000)
    )  # fmt: skip
    seen = opened(page_of((Report("scan", found, builders.tally()), builders.view())))
    status = seen.page.get_by_role("status")
    # A list item is numbered, and hiding one of thousands makes a browser count them all again.
    first = seen.page.locator(".findings > li").first
    assert first.evaluate("each => getComputedStyle(each).display") == "block"
    assert first.evaluate("each => getComputedStyle(each).contentVisibility") == "auto"
    seen.page.get_by_label("Severity").select_option(label="low (1,500)")
    assert status.inner_text() == "1,500 of 3,000 findings"
    seen.page.get_by_label("Search").fill("f2998.py")
    status.get_by_text("1 of 3,000 findings").wait_for()
    assert seen.wrong == []
