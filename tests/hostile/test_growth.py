"""What many credentials cost: in proportion to their number, in the engine and in every report.

Work is counted, not timed: with twice as many there may be about twice as many calls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from scanner.baseline.carry_over import NOT_FOUND, Found, carry_over
from scanner.baseline.entry import Entry, entry_of
from scanner.baseline.imports.interface import Claim
from scanner.baseline.matching import sort
from scanner.engine.masking import Masker
from scanner.engine.merge import merge
from scanner.findings import (
    Confidence,
    Finding,
    History,
    Location,
    Notice,
    Report,
    Severity,
    fingerprint_of,
)
from scanner.pushed import Pushed
from scanner.reports import FORMATS, load
from scanner.reports.interface import View
from scanner.rulebook import load_rules
from scanner.rulebook.generator import Generator
from scanner.secret import Secret
from scanner.tally import SetAside, Tally

Work = Callable[[Callable[[], object]], int]
FEW, MANY = 80, 320
"""More than the 64 values that are looked for in another way (`scanner.engine.value_search`)."""
_MADE = Generator(5)
IDS = [_MADE.access_key_id() for _ in range(MANY)]
SECRETS = [_MADE.secret_access_key() for _ in range(MANY)]


def assert_linear(work: Work, made: Callable[[int], Callable[[], object]], what: str = "") -> None:
    made(1)()  # what is imported and compiled once
    small, large = (work(made(number)) for number in (FEW, MANY))
    # A square would be 16 times as much; sorting, and what is done once, are in between.
    assert large < 6 * small + 1000, what


def finding(values: dict[str, str], places: list[Location], **other: Any) -> Finding:
    secrets = {role: Secret(value.encode()) for role, value in values.items()}
    rule = "aws-access-key-pair" if len(values) > 1 else "aws-access-key-id"
    return Finding(
        rule, Severity.HIGH, Confidence.HIGH, fingerprint_of(secrets), secrets, "123456789012",
        ("said",), tuple(places), **other,
    )  # fmt: skip


def at(path: str, line: int = 1, role: str = "key_id", **other: Any) -> Location:
    return Location(role, path, line, 1, line, 21, **other)


PAIR = {"key_id": IDS[0], "secret": SECRETS[0]}

MERGED: dict[str, Callable[[int], list[Finding]]] = {
    "secrets after one key ID": lambda n: [
        finding({"key_id": IDS[0], "secret": each}, [at("a", line)])
        for line, each in enumerate(SECRETS[:n], 1)
    ],
    "key IDs before one secret": lambda n: [
        finding({"key_id": each, "secret": SECRETS[0]}, [at("a", line)])
        for line, each in enumerate(IDS[:n], 1)
    ],
    "tokens of one pair": lambda n: [
        finding({**PAIR, "session_token": each}, [at("a", line)])
        for line, each in enumerate(SECRETS[:n], 1)
    ],
    "copies of a part": lambda n: [
        finding(PAIR, [at("a")]),
        *(finding({"key_id": IDS[0]}, [at("a", line)]) for line in range(n)),
    ],
    "copies of a pair": lambda n: [finding(PAIR, [at("a", line)]) for line in range(n)],
}


@pytest.mark.parametrize("what", MERGED)
def test_merging(what: str, work: Work) -> None:
    def merged(number: int) -> Callable[[], object]:
        found = MERGED[what](number)
        return lambda: merge(found)

    # Comparing values is what a square of them would be made of.
    assert_linear(work, merged)


def report(findings: list[Finding], notices: int = 0, places: int = 0) -> Report:
    tally = Tally()
    for number in range(notices):
        tally.notice(Notice("decoder-limit", f"{number}", f"too much: {number}", hides=True))
    tally.place(SetAside("p", "", line, 1, "key_id", "placeholder") for line in range(places))
    return Report("scan", tuple(findings), tally)


def commits(number: int) -> list[Location]:
    names = [f"{each:040x}" for each in range(number)]
    return [at("a", object=name, commit=name, author_date="2026-01-01T00:00:00Z") for name in names]


def branches(number: int) -> History:
    names = tuple(f"b{each}" for each in range(number))
    return History(None, None, None, False, Pushed.YES, 3, names, names, (), number)


REPORTS: dict[str, Callable[[int], Report]] = {
    "lines": lambda n: report([finding({"key_id": IDS[0]}, [at("a", each) for each in range(n)])]),
    "paths": lambda n: report([finding({"key_id": IDS[0]}, [at(f"{each}") for each in range(n)])]),
    "paths of a pair": lambda n: report(
        [finding(PAIR, [*(at(f"{each}") for each in range(n)), at("z", role="secret")])]
    ),
    "halves in other files": lambda n: report(
        [finding(PAIR, [at(f"{n}", role=("secret", "key_id")[n % 2]) for n in range(n)])]
    ),
    "members": lambda n: report(
        [finding({"key_id": IDS[0]}, [at("a", member=f"{each}") for each in range(n)])]
    ),
    "commits": lambda n: report(
        [finding({"key_id": IDS[0]}, commits(n), history=branches(n))],
    ),
    "messages": lambda n: report(
        [
            finding(
                {"key_id": IDS[0]},
                [each._replace(path="", scope="commit-message") for each in commits(n)],
            )
        ]
    ),
    "credentials": lambda n: report([finding({"key_id": each}, [at(each)]) for each in IDS[:n]]),
    "credentials of one line": lambda n: report(
        [finding({"key_id": each}, [at("a", line_hash="1:1")]) for each in IDS[:n]]
    ),
    "messages of many repositories": lambda n: report(
        [
            finding(
                {"key_id": IDS[0]},
                [at(f"{each}", scope="commit-message", object="a" * 40) for each in range(n)],
            )
        ]
    ),
    "notices and places": lambda n: report([finding(PAIR, [at("a")])], n, n),
}


@pytest.mark.parametrize("name", FORMATS)
def test_reports(name: str, work: Work) -> None:
    view = View(False, False, 1, Confidence.MEDIUM, tuple(load_rules((), ())), 1)
    render = load(name).render

    def rendered(made: Callable[[int], Report], number: int) -> Callable[[], object]:
        whole = made(number)
        return lambda: sum(map(len, render(whole, view)))

    for what, made in REPORTS.items():
        assert_linear(work, partial(rendered, made), what)


def in_names(number: int) -> Report:
    """As many values as names, and each value in one of them."""
    return report(
        [finding({"key_id": value}, [at(f"{value[:9]}/{value[9:]}")]) for value in IDS[:number]],
        number,
    )


def begin_alike(number: int) -> Report:
    """Session tokens begin with the same letters, and here one has the length of each other."""
    tokens = [f"IQoJb3JpZ2luX2VjE{SECRETS[0]}{value}" for value in SECRETS[:number]]
    return report([finding({"session_token": token}, [at(token)]) for token in tokens])


@pytest.mark.parametrize("made", [in_names, begin_alike])
def test_masking(made: Callable[[int], Report], work: Work) -> None:
    def masked(number: int) -> Callable[[], object]:
        whole = made(number)
        return lambda: Masker(whole, {}).report(whole)

    whole = made(MANY)
    shown = repr([each.locations for each in Masker(whole, {}).report(whole).findings])
    assert not any(value in shown for value in (*IDS, *SECRETS))
    assert_linear(work, masked)


ENTRIES: dict[str, Callable[[int], list[Entry]]] = {
    "each a pair of one key ID": lambda n: [
        entry_of(finding({"key_id": IDS[0], "secret": each}, [])) for each in SECRETS[:n]
    ],
    "all expired": lambda n: [
        entry_of(finding({"key_id": IDS[0], "secret": each}, []))._replace(expires="2020-01-01")
        for each in SECRETS[:n]
    ],
    "the same again and again": lambda n: [entry_of(finding(PAIR, []))] * n,
}


@pytest.mark.parametrize("what", ENTRIES)
def test_a_baseline(what: str, work: Work) -> None:
    def sorted_out(number: int) -> Callable[[], object]:
        entries = ENTRIES[what](number)
        found = [
            *(finding({"key_id": IDS[0], "secret": each}, [at("a")]) for each in SECRETS[:number]),
            *(finding({"key_id": IDS[0]}, [at("a", line)]) for line in range(number)),
        ]

        def sorting() -> None:
            used = sort(found, entries, "2026-01-01").used
            assert len(used) == len({each.fingerprint for each in entries})

        return sorting

    assert_linear(work, sorted_out)


CLAIMS: dict[str, Callable[[int], list[Claim]]] = {
    "the same place": lambda n: [Claim(path="a", line=1)] * n,
    "each line": lambda n: [Claim(path="b", line=line) for line in range(n)],
    "values": lambda n: [Claim(value=Secret(each.encode())) for each in IDS[:n]],
    "values with more around them": lambda n: [
        Claim(value=Secret(f"id={each};".encode())) for each in IDS[:n]
    ],
    "parts of values": lambda n: [Claim(value=Secret(each[:17].encode())) for each in IDS[:n]],
    "no values": lambda n: [Claim(value=Secret(each.encode())) for each in SECRETS[:n]],
}


@pytest.mark.parametrize("what", CLAIMS)
def test_what_another_scanner_accepts(what: str, work: Work) -> None:
    def carried(number: int) -> Callable[[], object]:
        claims = CLAIMS[what](number)
        found = [
            finding({"key_id": each}, [at("a"), at("b", line)])
            for line, each in enumerate(IDS[:number])
        ]

        def carrying() -> None:
            accepted, lost = carry_over(claims, Found(found, {}), "/")
            if what == "no values":
                assert (accepted, lost) == ({}, {NOT_FOUND: number})
            else:
                assert len(accepted) == number

        return carrying

    assert_linear(work, carried)
