from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.findings import Confidence, Configuration, Notice, Report, Severity
from scanner.reports import load
from scanner.reports.markdown import plain
from scanner.reports.text import render
from scanner.reports.wording import human_size, origin, plural

ROOT = Path(__file__).parents[2]


def output(report, view, **change):
    return "".join(render(report, view._replace(**change)))


def test_a_clean_scan_is_one_line_or_none(make_case):
    assert output(*make_case("clean")).count("\n") == 1
    assert output(*make_case("clean"), verbosity=-1) == ""


def test_quiet_never_hides_that_the_scan_is_incomplete(make_case):
    assert "INCOMPLETE" in output(*make_case("incomplete_clean"), verbosity=-1)


def test_a_clean_scan_loads_no_more_than_it_prints():
    program = (
        "import sys\n"
        "from scanner.findings import Confidence, Report, Tally\n"
        "before = set(sys.modules)\n"
        "from scanner.reports import load\n"
        "from scanner.reports.interface import View\n"
        "view = View(False, False, 0, Confidence.MEDIUM, (), 0)\n"
        "print(''.join(load('text').render(Report('scan', (), Tally()), view)))\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert [name for name in loaded if name.startswith("scanner.reports.")] == [
        "scanner.reports.interface", "scanner.reports.text", "scanner.reports.wording",
    ]  # fmt: skip
    assert not {"json", "textwrap", "urllib", "urllib.parse"} & set(loaded)


def test_sentences_fit_a_terminal(case):
    """Only what is to be clicked or copied may be longer: paths and commands."""
    for line in output(*case).splitlines():
        message = re.search(r" of [0-9a-f]{8}, line \d+, commit ", line)
        assert len(line) <= 80 or ":" in line or "`" in line or message, line


def test_the_steps_come_once_for_rules_that_share_them(make_case):
    text = output(*make_case("archive"))
    assert text.count("1. Deactivate") == 1
    assert "AWS access key pair, AWS access key ID (2 findings)" in text


def test_a_command_stays_on_one_line(make_case):
    command = "`aws iam update-access-key --status Inactive --access-key-id ID --user-name NAME`"
    assert command in output(*make_case("pair"))


def test_what_is_below_the_threshold_says_so(make_case):
    case = make_case("lone_key_id")
    assert "below --fail-on" not in output(*case)
    text = output(*case, fail_on=Confidence.HIGH)
    assert text.startswith("no AWS credentials found in ")
    assert text.endswith("\n1 possible credential below --fail-on high; --show medium lists it\n")
    for more in ({"show": Confidence.MEDIUM}, {"verbosity": 1}):
        listed = output(*case, fail_on=Confidence.HIGH, **more)
        assert "medium confidence, possible: below --fail-on" in listed
        assert "no AWS credentials found\n" in listed
        assert "  possible   1 possible credential below --fail-on high, listed above\n" in listed
        assert "What to do" not in listed
    assert output(*case, fail_on=Confidence.HIGH, show=Confidence.HIGH) == text


@pytest.mark.parametrize("verbosity", [-1, 0])
def test_what_is_below_the_threshold_is_counted_next_to_what_is_not(builders, verbosity):
    make = builders.Maker()
    findings = tuple(
        builders.finding(
            builders.PAIR, {"secret": make.secret()}, builders.at("secret", name, 1),
            confidence=confidence, severity=severity,
        )
        for name, confidence, severity in (
            ("certain", Confidence.HIGH, Severity.CRITICAL),
            ("guess", Confidence.LOW, Severity.CRITICAL),
            ("harmless", Confidence.HIGH, Severity.MEDIUM),
        )
    )  # fmt: skip
    report = Report("scan", findings, builders.tally())
    for fail_on, hidden, said in (
        (Confidence.LOW, (), ""),
        (Confidence.MEDIUM, ("guess",), "1 possible credential below --fail-on medium; --show low"),
        (Severity.CRITICAL, ("guess", "harmless"),
         "2 possible credentials below --fail-on critical; --show low lists them"),
        (Severity.HIGH, ("guess", "harmless"), "below --fail-on severity:high; --show low"),
    ):  # fmt: skip
        text = output(report, builders.view(), fail_on=fail_on, verbosity=verbosity)
        assert {each for each in ("certain", "guess", "harmless") if each not in text} == {*hidden}
        assert said in " ".join(text.split())


def test_a_possible_credential_leads_to_no_revoking(make_case):
    """Whatever the rule says about a credential, this may be none."""
    report, view = make_case("pair")
    guess = tuple(each._replace(confidence=Confidence.LOW) for each in report.findings)
    for more in ({}, {"show": Confidence.LOW}, {"verbosity": 1}):
        text = output(report._replace(findings=guess), view, **more).lower()
        assert "possible" in text
        assert "revoke" not in text
        assert "deactivate" not in text
        assert "credential found" not in text


def test_values_are_shown_only_when_asked_for(make_case):
    report, view = make_case("triple")
    for value in report.findings[0].values.values():
        plain_text = value.reveal().decode()
        assert plain_text in output(report, view, show_secrets=True)
        assert plain_text not in output(report, view)


def test_a_finding_of_an_unknown_rule_is_not_lost(make_case):
    assert "aws-access-key-pair" in output(*make_case("pair"), rules=())


def test_notes_are_short_and_without_advice(make_case):
    case = make_case("notes")
    lines = output(*case).splitlines()
    short = [line for line in lines if line.startswith("NOTE ")]
    assert len(short) == 3
    assert all(line.endswith(", existed before this change") for line in short)
    assert lines[3] == ""
    assert "What to do" not in lines
    verbose = output(*case, verbosity=1)
    assert "What to do" in verbose
    assert verbose.count("existed before this change") == 3


def test_notes_come_last_and_do_not_fail(make_case):
    text = output(*make_case("notes_and_more"))
    assert text.index("CRITICAL") < text.index("NOTE")
    assert "  failing    1 of 2: 1 note does not count\n" in text
    assert "  possible   1 possible credential below --fail-on medium; --show low lists" in text


def test_what_a_configuration_took_away_is_told(make_case):
    report, view = make_case("configured")
    for verbosity in (0, 1):
        text = " ".join(output(report, view, verbosity=verbosity).split())
        assert (
            "configured .keycatch.toml excludes 3 files, disables aws-unnamed-secret, "
            "aws-eks-token, sets fail-on to high"
        ) in text
    nothing = report.configuration._replace(excluded=0, disabled=(), fail_on=Confidence.MEDIUM)
    assert "configured" not in output(report._replace(configuration=nothing), view)


@pytest.mark.parametrize(
    ("kind", "blobs", "commits", "words"),
    [
        ("scan", 1, 0, "1 file"), ("scan", 0, 0, "0 files"), ("staged", 1, 0, "1 staged file"),
        ("staged", 3, 2, "3 changed files in 2 commits"),
        ("range", 2, 1, "2 changed files in 1 commit"),
        ("push", 5, 3, "5 changed files in 3 commits"),
        ("ci", 5, 0, "5 changed files in 0 commits"),
        ("receive", 1, 2, "1 changed file in 2 commits"),
        ("history", 2000, 30, "2,000 objects in 30 commits"),
    ],
)  # fmt: skip
def test_what_was_scanned(make_case, builders, kind, blobs, commits, words):
    _, view = make_case("clean")
    report = Report(kind, (), builders.tally(blobs, 5, commits))
    assert output(report, view).startswith(
        f"no AWS credentials found in {words} (5 bytes)" if blobs or kind == "scan" else "nothing"
    )
    assert f"  scanned    {words}, 5 bytes\n" in output(report, view, verbosity=1)


@pytest.mark.parametrize("kind", ["staged", "range", "push", "receive", "ci"])
def test_nothing_to_scan_is_said(make_case, builders, kind):
    _, view = make_case("clean")
    assert output(Report(kind, (), builders.tally(0, 0)), view).startswith("nothing to scan: 0 ")


def test_a_commit_is_shown_where_it_is_known(builders):
    place = builders.at("key_id", "a", 1)
    assert origin(place) == ""
    place = place._replace(commit="0123456789abcdef" * 4)
    assert origin(place) == "commit 01234567"
    dated = place._replace(author_date="2026-05-01T12:00:00+02:00")
    assert origin(dated) == "commit 01234567, 2026-05-01"


def test_the_same_place_in_two_versions_of_a_file_is_two_places(make_case):
    text = output(*make_case("commits"))
    assert "    commit             88888888, 2026-05-03\n" in text
    assert "config/settings.py:12:22, commit 77777777, 2026-05-02\n" in text
    assert "README.md:4:1, commit 66666666, 2026-05-01\n" in text


def test_a_part_of_another_commit_is_told_with_it(builders):
    make = builders.Maker()
    places = [
        builders.at(role, "a.py", 3, object=digit * 40, commit=digit * 40)
        for role, digit in (("key_id", "1"), ("secret", "2"))
    ]
    values = {"key_id": make.key_id(), "secret": make.secret()}
    found = builders.finding(builders.PAIR, values, *places)
    text = output(Report("range", (found,), builders.tally()), builders.view())
    assert "a.py:3:1, commit 22222222\n" in text


HOSTILE = ("::stop-commands::x", "##[stop-commands]x.ini", "##vso[task.x]y", "a ::echo::on")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("verbosity", [-1, 0, 1])
def test_no_name_is_a_command_for_the_runner_of_a_job(builders, name, verbosity):
    make = builders.Maker()
    long = f"{'x' * 47}{name} {'y' * 90}{name}"
    found = builders.finding(
        builders.KEY_ID, {"key_id": make.key_id()},
        builders.at("key_id", name, 1), builders.at("key_id", name, 7, member=name),
        rule_id=name, evidence=(name, *(f"{'x' * width}{name}" for width in range(40, 81))),
        account_id=name,
    )  # fmt: skip
    tally = builders.tally(skipped={name: 1})
    for path, detail in ((name, long), ("", long), ("x" * 90, name)):
        tally.notice(Notice(name, path, detail, hides=path != ""))
    configuration = Configuration(name, 1, (name, long), Confidence.HIGH)
    text = output(
        Report("scan", (found,), tally, configuration), builders.view(), verbosity=verbosity
    )
    lines = text.splitlines()
    assert [line for line in lines if line.lstrip().startswith("::")] == []
    assert [line for line in lines if "##[" in line or "##vso[" in line] == []
    assert "x3a:" in text or "#\\x23" in text


def test_unknown_format():
    with pytest.raises(UsageError, match="text, json, sarif"):
        load("yaml")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (9_949, "9.9 kB"),
        (9_950, "10 kB"), (999_499, "999 kB"), (999_500, "1.0 MB"), (5_500_000_000, "5.5 GB"),
        (999_500_000_000, "1.0 TB"), (4 * 10**15, "4,000 TB"),
    ],
)  # fmt: skip
def test_human_size(size, text):
    assert human_size(size) == text


def test_plural():
    assert [plural(number, "file") for number in (0, 1, 2000)] == [
        "0 files",
        "1 file",
        "2,000 files",
    ]


def test_plain_markdown():
    assert plain("**Run** `a *b* --c` and *see* [the manual](https://x.example/y).") == (
        "Run `a *b* --c` and see the manual (https://x.example/y)."
    )
