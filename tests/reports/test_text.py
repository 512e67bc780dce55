from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.findings import Confidence
from scanner.reports import load
from scanner.reports.markdown import plain
from scanner.reports.text import render
from scanner.reports.wording import human_size, plural

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
        "print(''.join(load('text')(Report('scan', (), Tally()), view)))\n"
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
        assert len(line) <= 80 or ":" in line or "`" in line, line


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
    assert "medium confidence, below --fail-on" in text
    assert "0 of 1" in text


def test_values_are_shown_only_when_asked_for(make_case):
    report, view = make_case("triple")
    for value in report.findings[0].values.values():
        plain_text = value.reveal().decode()
        assert plain_text in output(report, view, show_secrets=True)
        assert plain_text not in output(report, view)


def test_a_finding_of_an_unknown_rule_is_not_lost(make_case):
    assert "aws-access-key-pair" in output(*make_case("pair"), rules=())


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
