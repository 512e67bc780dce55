"""Labelled cases, the scorer, and the command `accuracy` with a tool whose outcome is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.findings import READERS
from bench.inputs.labelled.case import Case, Expected, File, Place, fill, plain
from bench.inputs.labelled.generate import case_number, folder_name, generate, write_tree
from bench.inputs.labelled.masses import MASSES, Mass, mass_cases
from bench.scoring import Found, by_case, judge, same, score
from scanner.rulebook.generator import Generator


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return generate(7)


@pytest.fixture(autouse=True)
def made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the cases of a seed once for all runs of the command, since that takes seconds."""
    monkeypatch.setattr("bench.measures.accuracy.generate", _generated)


_generated = cache(generate)


def text_of(file: File) -> list[str]:
    return file.content.decode("ascii").split("\n")


def test_the_same_seed_gives_the_same_bytes(cases: list[Case]) -> None:
    assert generate(7) == cases


def test_there_are_thousands_of_cases(cases: list[Case]) -> None:
    assert sum(bool(case.expected) for case in cases) > 2_000
    assert sum(not case.expected and not case.foreign for case in cases) > 500


def test_no_value_is_in_two_cases(cases: list[Case]) -> None:
    values = [value for case in cases for value in case.values.values() if len(value) > 16]
    assert len(set(values)) == len(values)


def test_every_plain_value_is_where_its_label_says(cases: list[Case]) -> None:
    checked = 0
    for case in cases:
        if case.encoding != "plain" or not case.expected:
            continue
        (file,) = case.files
        lines = text_of(file)
        for role, places in file.places.items():
            for place in places:
                line, column = place.first
                rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
                # A place may escape a value: what follows begins like it all the same.
                assert same(case.values[role], rest), (case.label, role)
                assert rest[:4] == case.values[role][:4], (case.label, role)
                checked += 1
    assert checked > 2_000


def test_every_label_names_values_of_its_case(cases: list[Case]) -> None:
    for case in cases:
        roles = {role for each in case.expected for role in each.roles}
        assert roles <= set(case.values), case.label
        for file in case.files:
            assert set(file.places) <= set(case.values), case.label
            lines = file.content.count(b"\n") + 1
            for places in file.places.values():
                assert all(place.first <= place.last for place in places), case.label
                if case.encoding == "plain":
                    assert all(place.last[0] <= lines for place in places), case.label


def test_a_case_is_known_by_its_directory(tmp_path: Path, cases: list[Case]) -> None:
    write_tree(cases[:3], tmp_path)
    for number in range(3):
        (file,) = cases[number].files
        path = tmp_path / folder_name(number) / file.name
        assert path.read_bytes() == file.content
        assert case_number(str(path)) == number
        assert case_number(f"{path}!member") == number
    assert case_number("elsewhere/file") is None


VALUES = {"id": "A" * 20, "secret": "s" * 40}
PAIR = Case(
    "pair", "INI", "plain",
    (plain(fill("a.ini", "x\nid = <<id>>\nsecret = <<secret>>\n", VALUES)),),
    VALUES, (Expected(("id", "secret"), ("rule",), "high"),),
)  # fmt: skip
HARMLESS = Case("harmless", "a.txt", "plain", (File("a.txt", b"x\n", {}),), {})
FOREIGN = HARMLESS._replace(foreign=True)
WHOLE = Found(
    f"{folder_name(0)}/a.ini", tuple(VALUES.values()),
    ((VALUES["id"], 2, 6), (VALUES["secret"], 3, 10)), "rule", "high",
)  # fmt: skip


def test_what_is_whole_and_in_its_place_is_counted() -> None:
    verdict = judge(PAIR, [WHOLE], exact=True)
    assert verdict == (True, True, True, True, ())
    assert judge(PAIR, [], exact=True) == (False, False, False, False, ())


@pytest.mark.parametrize(
    ("changed", "whole", "recovered", "placed"),
    [
        ({"rule": "another"}, False, True, False),
        ({"confidence": "medium"}, False, True, False),
        ({"values": (VALUES["id"],)}, False, False, False),
        ({"values": ("AA" + VALUES["id"], VALUES["secret"])}, False, True, False),
        ({"places": ((VALUES["id"], 2, 5), (VALUES["secret"], 3, 10))}, True, True, False),
        ({"places": ((VALUES["id"], 2, 6),)}, True, True, False),
    ],
)
def test_what_is_not_right_is_not_counted(
    changed: dict[str, Any], whole: bool, recovered: bool, placed: bool
) -> None:
    verdict = judge(PAIR, [WHOLE._replace(**changed)], exact=True)
    assert (verdict.whole, verdict.recovered, verdict.placed) == (whole, recovered, placed)


def test_other_scanners_may_report_each_value_by_itself() -> None:
    halves = [
        Found(WHOLE.path, (value,), (("", line, None),), "any")
        for line, value in enumerate(VALUES.values(), 2)
    ]
    assert judge(PAIR, halves, exact=False)[:3] == (True, True, True)
    assert judge(PAIR, halves[:1], exact=False)[:3] == (False, False, False)
    assert judge(PAIR, halves, exact=True)[:3] == (False, True, False)


def test_a_false_alarm_is_a_finding_of_something_else() -> None:
    other = WHOLE._replace(values=("other",), places=())
    assert judge(PAIR, [WHOLE, other], exact=True).false == (other,)
    assert judge(HARMLESS, [other], exact=True).false == (other,)
    assert judge(HARMLESS, [other._replace(confidence="low")], exact=True).false == ()


def test_the_score_is_the_sum_over_all_cases() -> None:
    stray = WHOLE._replace(path=f"{folder_name(1)}/a.txt", values=("other",), places=())
    given = [PAIR, HARMLESS, FOREIGN]
    groups = by_case(given, [WHOLE, stray, stray._replace(path=f"{folder_name(2)}/a.txt")])
    assert [len(group) for group in groups] == [1, 1, 1]
    verdicts = [judge(case, group, exact=True) for case, group in zip(given, groups, strict=True)]
    assert score(given, verdicts)._asdict() == {
        "positives": 1, "whole": 1, "recovered": 1, "placed": 1, "anything": 1, "strays": 0,
        "harmless": 1, "alarms": 1, "foreign": 1, "reported": 1,
    }  # fmt: skip


def test_a_place_has_a_first_and_a_last_position() -> None:
    place = Place((2, 3), (4, 1))
    assert (2, 3) in place
    assert (3, 99) in place
    assert (4, 2) not in place
    assert (2, 2) not in place


def test_a_digest_of_a_value_is_that_value() -> None:
    assert same("abc", "a9993e364706816aba3e25717850c26c9cd0d89d", digest=True)
    assert not same("abd", "a9993e364706816aba3e25717850c26c9cd0d89d", digest=True)


def planted_tool(directory: Path) -> Path:
    """Make a `gitleaks` that reports the key ID of every `.env` file, and one thing more."""
    program = directory / "gitleaks"
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import json, re, sys, pathlib\n"
        "if sys.argv[1] == 'version': print('1.0'); sys.exit()\n"
        "found = []\n"
        "for path in sorted(pathlib.Path(sys.argv[2]).rglob('.env')):\n"
        "    lines = path.read_text().splitlines()\n"
        "    for number, line in enumerate(lines, 1):\n"
        "        name, _, value = line.partition('=')\n"
        "        if name == 'AWS_ACCESS_KEY_ID':\n"
        "            found.append({'File': str(path), 'Secret': value, 'StartLine': number,"
        " 'StartColumn': 1, 'RuleID': 'x'})\n"
        "out = sys.argv[sys.argv.index('--report-path') + 1]\n"
        "pathlib.Path(out).write_text(json.dumps(found))\n"
    )
    program.chmod(0o755)
    return program


def test_a_tool_with_a_known_outcome_is_scored(bench: Callable[..., Any], tmp_path: Path) -> None:
    program = planted_tool(tmp_path)
    peers = ("--peers", f"gitleaks={program}")
    done = bench("accuracy", "--only", "key ID/env/plain", *peers, measured=True)
    assert done.code == 0, done.stderr
    own, peer = done.rows("accuracy")
    for row in (own, peer):
        assert row["score"]["positives"] == 1
        assert row["score"]["whole"] == row["score"]["placed"] == 1
    done = bench("accuracy", "--only", "pair/env/plain", *peers, measured=True)
    own, peer = done.rows("accuracy")
    assert own["score"]["whole"] == 1
    assert (peer["score"]["whole"], peer["score"]["anything"]) == (0, 1)


def test_misses_show_no_value_in_full(
    bench: Callable[..., Any], cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bench.measures.accuracy.judge", lambda *_, **__: judge(PAIR, [], exact=True)
    )
    done = bench("accuracy", "--only", "pair/env/plain", "--peers", "--misses")
    assert "missed: pair/env/plain" in done.stdout
    other = generate(1)
    assert other != cases  # another seed
    (case,) = [case for case in other if case.label == "pair/env/plain"]
    assert not any(value in done.stdout for value in case.values.values())


def test_an_unknown_case_is_one_sentence(bench: Callable[..., Any]) -> None:
    done = bench("accuracy", "--only", "nothing", "--peers")
    assert (done.code, done.stderr) == (2, "bench: there is no case nothing\n")
    assert json.dumps(done.figures) == "null"


def test_masses_are_what_is_asked_for() -> None:
    counts = {kind: mass.files * mass.values for kind, mass in MASSES.items()}
    assert counts["bcrypt $2b$"] == counts["sha512crypt"] == 10_000
    assert MASSES["sops"].files == 1_000
    assert MASSES["draw.io PNG"].files == 100


def test_masses_depend_on_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "bench.inputs.labelled.masses.MASSES",
        {kind: mass._replace(files=2) for kind, mass in MASSES.items()},
    )
    first, again, other = (list(mass_cases(seed)) for seed in (1, 1, 2))
    assert first == again
    assert all(one.files != two.files for one, two in zip(first, other, strict=True))


def test_a_mass_has_no_alarm_and_what_is_a_credential_has(
    bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def leak(made: Generator, _: int) -> tuple[str, str]:
        return ".env", f"AWS_SECRET_ACCESS_KEY={made.secret_access_key()}\n"

    masses = {"bcrypt $2b$": MASSES["bcrypt $2b$"]._replace(files=25), "leak": Mass(3, 1, leak)}
    for module in ("bench.inputs.labelled.masses", "bench.measures.accuracy"):
        monkeypatch.setattr(f"{module}.MASSES", masses)
    done = bench("accuracy", "--harmless", "--peers", measured=True)
    assert done.code == 0, done.stderr
    hashes, leaks = done.rows("alarms")
    assert (hashes["files"], hashes["values"], hashes["keycatch"]) == (25, 2_500, 0)
    assert (leaks["files"], leaks["keycatch"]) == (3, 3)


def test_a_tool_that_takes_too_long_has_no_row(bench: Callable[..., Any], tmp_path: Path) -> None:
    program = planted_tool(tmp_path)
    program.write_text(
        "#!/bin/sh\nif test $1 = version; then echo 1.0; else sleep 60 & sleep 60; fi\n"
    )
    peers = ("--peers", f"gitleaks={program}", "--limit", "1")
    done = bench("accuracy", "--only", "key ID/env/plain", *peers, measured=True)
    assert done.code == 0, done.stderr
    assert [row["name"] for row in done.rows("accuracy")] == ["keycatch"]
    assert "gitleaks 1.0 was stopped after 1 seconds: no row" in done.stdout


def test_secretlint_says_the_value_apart_from_its_range() -> None:
    content = f"SECRET={'x' * 40}"
    message = {
        "range": [0, 40], "loc": {"start": {"line": 1, "column": 0}}, "ruleId": "aws",
        "data": {"KEY": "x" * 40},
    }  # fmt: skip
    other = {**message, "data": {}}
    report = [{"filePath": "a", "sourceContent": content, "messages": [message, other]}]
    first, second = READERS["secretlint"](json.dumps(report))
    assert first.values == ("x" * 40,)
    assert second.values == (content[:40],)
