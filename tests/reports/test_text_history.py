"""What a responder reads first about the history of a repository."""

from __future__ import annotations

import pytest

from scanner.findings import Report
from scanner.reports.text import render
from scanner.reports.wording import is_in_file, no_file


def output(report, view, **change):
    return "".join(render(report, view._replace(**change)))


def blocks(text):
    """Return the blocks of the findings, each as a list of its lines."""
    return [block.splitlines() for block in text.partition("What to do")[0].split("\n\n") if block]


def joined(text):
    return " ".join(text.split())


def test_the_head_of_a_finding_is_how_exposed_it_is(make_case):
    heads = [block[:2] for block in blocks(output(*make_case("history")))]
    assert heads[:6] == [
        [
            "CRITICAL  STILL IN HEAD, ALREADY PUSHED: 30 days, since 2026-05-01",
            "  config/settings.py:40:5, in HEAD",
        ],
        [
            "HIGH      ALREADY PUSHED, not in HEAD: 4 days, 2026-05-04 to 2026-05-08",
            "  b.py:7:3, commit 99999999, 2026-05-04",
        ],
        [
            "MEDIUM    ALREADY PUSHED, not in HEAD: 8 days, 2026-05-01 to 2026-05-09",
            "  a/old.py:7:3, commit 66666666, 2026-05-01",
        ],
        [
            "MEDIUM    ALREADY PUSHED, not in HEAD: on 2026-05-05",
            "  a/new.py:7:3, commit aaaaaaaa, 2026-05-05",
        ],
        [
            "HIGH      not in HEAD, on no remote branch: 29 days, since 2026-05-02",
            "  c.py:7:3, commit 77777777, 2026-05-02",
        ],
        ["HIGH      not in HEAD, on no remote branch, on no branch", "  object 55555555, line 7"],
    ]


def test_who_brought_it_and_who_took_it_away(make_case):
    first, second, *_ = blocks(output(*make_case("history")))
    ada = "Ada Lovelace <ada@example.com>"
    assert f"    introduced         66666666, 2026-05-01, {ada}" in first
    assert not any(line.startswith(("    removed", "    last in")) for line in first)
    assert f"    introduced         99999999, 2026-05-04, {ada}" in second
    assert "removed dddddddd, 2026-05-08, na\\xefve \\x3a:debug::x <n@example.com>" in joined(
        "\n".join(second)
    )
    verbose = output(*make_case("history"), verbosity=1)
    assert f"    last in            eeeeeeee, 2026-05-09, {ada}\n" in verbose


def test_where_it_was_last_seen_is_told_where_nothing_removed_it(make_case):
    block = next(each for each in blocks(output(*make_case("history"))) if "c.py" in each[1])
    assert "    last in            88888888, 2026-05-03, Ada Lovelace <ada@example.com>" in block


def test_everything_that_has_it_is_listed_with_v(make_case):
    text, verbose = (joined(output(*make_case("history"), verbosity=v)) for v in (0, 1))
    assert "6 paths, 11 objects; branches dev, feature/a, main and 1 more; tag v1.0" in text
    assert "branches dev, feature/a, main, origin/main; tag v1.0" in verbose
    assert "held by dangling, reflog of main, stash@{0} and 1 more" in text
    assert "held by dangling, reflog of main, stash@{0}, z" in verbose
    assert "and 2 more places (-v lists all)" in text
    assert "backup/6.env" not in text
    assert "backup/6.env:12:22, commit bbbbbbbb, 2026-05-06" in verbose


def test_what_nothing_holds_will_go(make_case):
    text = output(*make_case("history"))
    assert text.count("held by            nothing: unreferenced, git gc will delete it") == 1


def test_what_the_options_left_out_is_told(make_case):
    for verbosity in (0, 1):
        text = output(*make_case("history_clean"), verbosity=verbosity)
        assert "  narrowed   no object of more than 1 MB (--max-size)\n" in text
    text = output(*make_case("history"))
    assert (
        "  narrowed   only what `main` reaches (--branch)\n"
        "             no commit before 2026-01-01 (--since)\n"
    ) in text
    assert "narrowed" not in output(*make_case("history_of_messages"))


def test_totals(make_case):
    text = output(*make_case("history"))
    assert "  scanned    2,345 objects in 31 commits, 35 kB\n" in text
    assert "  exposed    1 still in HEAD, 5 already pushed\n" in text
    assert "exposed" not in output(*make_case("commits"))


def test_revoking_comes_before_rewriting(make_case):
    text = output(*make_case("history"))
    steps = [
        "1. Deactivate", "1. Revoke every credential first", "keycatch history --format json",
        "`keycatch history --replacements replacements.txt`",
        '`git -C CLONE filter-repo --replace-text "$PWD/replacements.txt" --replace-message ',
        "delete it afterwards", "`keycatch history --verify-removed report.json CLONE`",
    ]  # fmt: skip
    places = [joined(text).index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("named", "where"),
    [
        ((), ""),
        (("../shop",), " ../shop"),
        (("a b", "it's"), " 'a b' 'it'\"'\"'s'"),
        (("a", "b", "c", "d"), " DIRECTORY..."),
        (("https://example.com/shop",), " DIRECTORY..."),
        (("-x",), " DIRECTORY..."),
        (("a`b",), " DIRECTORY..."),
        (("a\x1bb",), " DIRECTORY..."),
    ],
)
def test_the_commands_scan_the_repositories_that_were_named(make_case, named, where):
    text = joined(output(*make_case("history"), repositories=named))
    assert f"`keycatch history --format json --output report.json{where}`" in text
    assert f"`keycatch history --replacements replacements.txt{where}`" in text

    several = joined(output(*make_case("several_repositories"), repositories=named))
    assert f"history --verify-removed report.json{where or ' DIRECTORY...'}`" in several


def test_no_next_steps_without_need(make_case, builders):
    assert "about the history" not in output(*make_case("history_clean"), verbosity=1)
    assert "about the history" not in output(*make_case("commits"))
    report, view = make_case("history")
    notes = tuple(each for each in report.findings if each.severity == 0)
    assert len(notes) == 1
    assert "about the history" not in output(report._replace(findings=notes), view)


def test_head_is_to_be_cleaned_only_if_it_has_something(make_case):
    report, view = make_case("history")
    step = "Remove what is still in HEAD from the files"
    assert f"2. {step}" in output(report, view)
    gone = tuple(each for each in report.findings if not each.history.in_head)
    assert step not in output(report._replace(findings=gone), view)
    assert "2. Save the report" in output(report._replace(findings=gone), view)


def test_quiet_is_one_line_with_the_exposure(make_case):
    report, view = make_case("history")
    lines = output(report, view, verbosity=-1).splitlines()
    assert len(lines) == len(report.findings)
    assert lines[0].startswith("config/settings.py:40:5: critical, high confidence: ")
    assert lines[0].endswith(", still in HEAD, already pushed, 30 days, since 2026-05-01")


def test_an_empty_repository_has_nothing_to_scan(builders):
    text = output(Report("history", (), builders.tally(0, 0)), builders.view())
    assert text == "nothing to scan: 0 objects in 0 commits\n"


def test_colour_says_nothing_alone(make_case):
    text = output(*make_case("history"), color=True)
    assert "\x1b[1;33mSTILL IN HEAD, ALREADY PUSHED\x1b[0m: 30 days" in text


@pytest.mark.parametrize(
    ("path", "words"),
    [("", "object 33333333, line 4"), ("../lib/", "object 33333333 of ../lib, line 4")],
)
def test_an_object_that_nothing_names(builders, path, words):
    place = builders.at("key_id", path, 4, **builders.of_history(3, commit=""))
    assert not is_in_file(place)
    assert no_file(place) == words
    assert is_in_file(place._replace(path="lib/a"))
    assert is_in_file(place._replace(object=""))


@pytest.mark.parametrize(
    "hostile", ["::stop-commands::x", "##[stop-commands]x", "\x1b[31m", "\udcff"]
)
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_no_name_of_a_history_is_a_command(builders, hostile, verbosity):
    at = builders.moment(1, hostile)._replace(author_date=hostile)
    known = builders.past(1)._replace(
        first=at, last=at, removed=at, branches=(hostile, f"x {hostile}"), tags=(hostile,),
        held_by=tuple(f"{'x' * width} {hostile}" for width in range(40, 60)),
    )  # fmt: skip
    place = builders.at("key_id", "a", 1, **builders.of_history(1, author_date=hostile))
    found = builders.finding(
        builders.KEY_ID, {"key_id": builders.Maker().key_id()}, place, history=known
    )
    report = Report("history", (found,), builders.tally(), None, (hostile, f"a {hostile}"))
    text = output(report, builders.view(), verbosity=verbosity)
    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
    assert "##[" not in text
    assert text.replace("\n", "").isprintable()
