"""Properties of all formats: what must never come out, whatever a repository holds."""

from __future__ import annotations

import base64
import html
import json
import os
import random
import re
import string
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.findings import (
    Confidence,
    Head,
    History,
    InHead,
    Moment,
    Notice,
    Report,
    Severity,
)
from scanner.pushed import Pushed
from scanner.reports import FORMATS, load
from scanner.secret import Secret

ROLES = ("key_id", "secret", "session_token", "password")
ALPHABETS = (
    (string.ascii_letters + string.digits + "+/").encode(),
    (string.ascii_uppercase + "234567").encode(),
    bytes(range(33, 127)),
    bytes(range(256)),
)
DATES = ("2026-05-01T12:00:00+02:00", "1970-01-01T00:00:00Z")
PATHS = st.binary(min_size=1, max_size=24).filter(lambda name: b"\0" not in name).map(os.fsdecode)


def forms(window: bytes):
    """Yield how a piece of a value could look in a text: plain, percent-encoded, in base64."""
    yield window.decode("latin-1")
    yield window.decode("utf-8", "replace")
    yield quote_from_bytes(window, safe="")
    yield quote_from_bytes(window)
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + window).decode()
        # Characters that also depend on the bytes before and after are left out.
        yield encoded[(0, 2, 3)[shift] : (shift + len(window)) * 8 // 6]


def spellings(output: str):
    """Yield `output` as it is, and as readers of XML, Markdown and CSV take it."""
    yield output
    yield html.unescape(output)
    yield output.replace("\\", "")
    yield output.replace('""', '"').replace("'", "")


def leaks(outputs: Iterable[str], value: bytes) -> list[str]:
    """Return what of `value` is in one of `outputs`, in any form."""
    windows = {value[at : at + 12] for at in range(len(value) - 11)}
    texts = {text for output in outputs for text in spellings(output)}
    # One text is searched many times as fast as several; no form contains this separator.
    everything = "\n\0\n".join(texts)
    written = {form for window in windows for form in forms(window)}
    return [form for form in written if form in everything]


@st.composite
def reports(draw):
    # Values come from a generator of random numbers, so that none looks like a part of the report.
    rng = random.Random(draw(st.integers(0, 2**32)))
    names = draw(st.lists(PATHS, min_size=1, max_size=3))

    def value():
        alphabet = draw(st.sampled_from(ALPHABETS))
        return Secret(bytes(rng.choices(alphabet, k=draw(st.integers(12, 90)))))

    def place(builders, role):
        start = draw(st.integers(1, 200))
        return builders.at(
            role, draw(st.sampled_from(names)), start, draw(st.integers(1, 99)),
            member=draw(st.sampled_from(["", *names])),
            decoded=draw(st.sampled_from([(), ("base64",), ("zip", "percent")])),
        )  # fmt: skip

    def moment():
        return Moment("a" * 40, draw(PATHS), draw(st.sampled_from(DATES) | PATHS))

    def past():
        texts = [tuple(draw(st.lists(PATHS, max_size=5))) for _ in range(3)]
        moments = [moment() if draw(st.booleans()) else None for _ in range(3)]
        exposed = draw(st.booleans()), draw(st.sampled_from(Pushed))
        return History(*moments, *exposed, draw(st.integers(0, 999)), *texts, 3)

    def in_history(place):
        head = draw(st.sampled_from([InHead(), InHead("b" * 40), InHead("c" * 40, 9, 2, 9, 31)]))
        commit = draw(st.sampled_from(["", "d" * 40]))
        return place._replace(
            object="e" * 40, commit=commit, author_date=draw(PATHS) if commit else "", head=head,
            scope=draw(st.sampled_from(["history", "commit-message", "reference-name"])),
            path=draw(st.sampled_from([place.path, ""])),
        )  # fmt: skip

    def made(builders):
        found = []
        of_history = draw(st.booleans())
        for _ in range(draw(st.integers(1, 3))):
            roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, unique=True))
            places = [place(builders, role) for role in (*roles, *draw(st.permutations(roles)))]
            if of_history:
                places = list(map(in_history, places))
            found.append(
                builders.finding(
                    draw(st.sampled_from(builders.RULES)),
                    {role: value() for role in roles},
                    *places,
                    severity=draw(st.sampled_from([*Severity])),
                    confidence=draw(st.sampled_from([*Confidence])),
                    history=past() if of_history else None,
                )
            )  # fmt: skip
        tally = builders.tally()
        tally.notice(Notice("unreadable", draw(PATHS), draw(PATHS), draw(st.booleans())))
        if not of_history:
            return Report("scan", tuple(found), tally)
        heads = (Head(draw(PATHS), "f" * 40, draw(PATHS)),)
        return Report("history", tuple(found), tally, None, (draw(PATHS),), heads)

    return made


@settings(max_examples=30, deadline=None)
@given(make=reports(), verbosity=st.integers(-1, 1), color=st.booleans())
def test_no_piece_of_a_value_comes_out(builders, make, verbosity, color):
    """Every report is written in every format: to make one costs more than to write it."""
    report = make(builders)
    view = builders.view(verbosity=verbosity, color=color)
    outputs = {name: "".join(load(name).render(report, view)) for name in FORMATS}
    for finding in report.findings:
        for value in finding.values.values():
            for name, output in outputs.items() if leaks(outputs.values(), value.reveal()) else ():
                assert (name, leaks([output], value.reveal())) == (name, [])


@pytest.mark.parametrize("name", FORMATS)
def test_the_search_for_pieces_finds_them(builders, make_case, name):
    """The test above can fail: it does for a report with the values in it."""
    report, view = make_case("triple")
    shown = "".join(load(name).render(report, view._replace(show_secrets=True)))
    for value in report.findings[0].values.values():
        assert bool(leaks([shown], value.reveal())) == load(name).shows_secrets
        for shift in range(3):
            hidden = base64.b64encode(b"x" * shift + value.reveal() + b"yy").decode()
            assert leaks([hidden], value.reveal())
    odd = "<&>'\"`*_" * 3
    for hidden in (html.escape(odd), re.sub(r"(\W)", r"\\\1", odd)):
        assert leaks([hidden], odd.encode())


@settings(max_examples=60, deadline=None)
@given(make=reports(), verbosity=st.integers(-1, 1), shown=st.booleans())
def test_nothing_in_the_text_controls_a_terminal(builders, make, verbosity, shown):
    report = make(builders)
    view = builders.view(verbosity=verbosity, show_secrets=shown)
    text = "".join(load("text").render(report, view))
    strange = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert strange <= {"\n"}
    colored = "".join(load("text").render(report, view._replace(color=True)))
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text


@settings(max_examples=30, deadline=None)
@given(make=reports())
def test_every_report_is_valid(builders, make):
    report, view = make(builders), builders.view()
    for name in ("json", "sarif"):
        json.loads("".join(load(name).render(report, view)))


@settings(max_examples=30, deadline=None)
@given(path=PATHS)
def test_a_path_stays_on_its_line(builders, path):
    def lines(name):
        found = builders.finding(
            builders.KEY_ID, {"key_id": Secret(b"A" * 20)}, builders.at("key_id", name, 1)
        )
        return "".join(
            load("text").render(Report("scan", (found,), builders.tally()), builders.view())
        ).count("\n")

    assert lines(path) == lines("plain")
