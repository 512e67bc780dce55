"""Values in names of people and branches: masked before any report sees them."""

from __future__ import annotations

import random
import string

import pytest

from scanner.engine.masking import Masker
from scanner.engine.run import ScanJob, run
from scanner.findings import (
    Confidence,
    Finding,
    Forensics,
    Head,
    History,
    InRepository,
    Location,
    Moment,
    Notice,
    Report,
    Severity,
    Tally,
    fingerprint_of,
)
from scanner.pushed import Pushed
from scanner.reports import FORMATS, load
from scanner.reports.interface import View
from scanner.secret import Secret

FIELDS = ("first", "last", "removed", "branches", "tags", "held_by")


def password(seed=1):
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=40))


def history(text, only=FIELDS):
    """Make a history that has `text` in the fields `only` and nothing odd in the others."""

    def shown(field):
        return f"x {text} y" if field in only else "z"

    moments = [Moment("a" * 40, shown(each), "2026-05-01T12:00:00Z") for each in FIELDS[:3]]
    names = [(shown(each), "other") for each in FIELDS[3:]]
    return History(*moments, False, Pushed.YES, 3, *names, 1)


def report(text, known, narrowed=(), heads=()):
    values = {"secret": Secret(text.encode("utf-8", "surrogateescape"))}
    at = Location("secret", "a.py", 1, 1, 1, 9)
    found = Finding(
        "r", Severity.HIGH, Confidence.HIGH, fingerprint_of(values), values, "", (), (at,), known
    )
    return Report("history", (found,), Tally(), None, narrowed, heads)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_alone(field):
    text = password()
    whole = report(text, history(text, (field,)))
    (found,) = Masker(whole, {}).report(whole).findings
    assert text not in repr(found.history)
    assert found.values["secret"].redacted() in repr(getattr(found.history, field))
    rest = [each for each in FIELDS if each != field]
    expected = history("", ())
    assert [getattr(found.history, each) for each in rest] == [
        getattr(expected, each) for each in rest
    ]
    assert found.history[3:6] == (False, Pushed.YES, 3)


def test_the_name_of_a_user_is_one_wherever_it_is_told():
    text = password()
    whole = report(text, None)
    (found,) = whole.findings
    evidence = ("first", f"an API key of IAM user {text} in account 1")
    told = Forensics("a key", user=text)
    whole = whole._replace(findings=(found._replace(evidence=evidence, user=text, forensics=told),))
    (masked,) = Masker(whole, {}).report(whole).findings
    shown = found.values["secret"].redacted()
    assert masked.evidence == ("first", f"an API key of IAM user {shown} in account 1")
    assert masked.user == shown
    assert masked.forensics == Forensics("a key", user=shown)


@pytest.mark.parametrize("where", ["narrowed", "repository", "remote"])
def test_what_the_options_left_out_and_the_heads(where):
    text = password()
    texts = {each: f"x {text}" if each == where else "z" for each in ("repository", "remote")}
    narrowed = (f"only {text}" if where == "narrowed" else "z", "b")
    whole = report(text, None, narrowed, (Head(commit="b" * 40, **texts),))
    masked = Masker(whole, {}).report(whole)
    assert text not in repr((masked.narrowed, masked.heads))
    assert repr((masked.narrowed, masked.heads)).count("****") == 1
    assert masked.narrowed[1] == "b"
    assert masked.heads[0].commit == "b" * 40


def test_a_spelling_is_masked_in_a_history_too():
    whole = report(password(), history("%41%42%43"))
    (found,) = Masker(whole, {"%41%42%43": "A****C"}).report(whole).findings
    assert "%41" not in repr(found.history)
    assert found.history.first.author == "x A****C y"


def test_undecodable_bytes_around_a_value():
    text = password() + "\udcff" * 3
    whole = report(text, history(text))
    (found,) = Masker(whole, {}).report(whole).findings
    assert "\udcff" not in found.history.first.author


def test_a_finding_without_a_history_stays_without():
    text = password()
    whole = report(text, None)
    whole = whole._replace(tally=Tally())
    whole.tally.notice(Notice("unreadable", text, text, True))
    masked = Masker(whole, {}).report(whole)
    assert masked.findings[0].history is None
    assert text not in repr(masked.tally.notices)


class Memory:
    """A file in memory."""

    path = "config.ini"
    object = ""
    shareable = False

    def __init__(self, data):
        self.data = data

    def read(self):
        return self.data


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_a_value_that_is_the_name_of_somebody(name, made, rules):
    """The history is filled by what settles the report: masking comes after that."""
    key_id, secret = made.access_key_id(), made.secret_access_key()
    content = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    text = f"{key_id} {secret}"

    def settle(report):
        (found,) = report.findings
        found = found._replace(history=history(text))
        heads = (Head(text, "b" * 40, text),)
        return report._replace(findings=(found,), narrowed=(text,), heads=heads)

    job = ScanJob(rules, jobs=1, settle=settle)
    whole = run("history", [Memory(content.encode())], Tally(), job)
    assert whole.findings[0].history
    for verbosity in (-1, 0, 1):
        view = View(False, False, verbosity, Confidence.MEDIUM, tuple(rules), 1)
        output = "".join(load(name).render(whole, view))
        assert secret not in output
        assert key_id not in output
        assert f"AKIA****{key_id[-4:]}" in output


@pytest.mark.parametrize("length", [11, 12])
def test_a_value_of_a_few_letters_is_a_word_that_many_names_have(length):
    text = password()[:length]
    whole = report(text, history(text))
    (found,) = Masker(whole, {}).report(whole).findings
    assert (text in repr(found.history)) is (length < 12)


HALVES = [("{}/{}", ""), ("x/{}.zip", "{}/y"), ("x.zip", "{}!/{}")]


@pytest.mark.parametrize("number", range(len(HALVES)))
@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_the_halves_of_a_value_in_a_path(name, number, made, rules):
    """A directory is called like the first half, and a file in it like the second."""
    secret = made.secret_access_key()
    first, second = secret[:20], secret[20:]
    whole = report(secret, None)
    (found,) = whole.findings
    path, _, member = "\n".join(HALVES[number]).format(first, second).partition("\n")
    found = found._replace(
        rule_id="aws-secret-access-key",
        locations=(found.locations[0]._replace(path=path, member=member),),
    )
    whole = whole._replace(findings=(found,))
    whole.tally.notice(Notice("unreadable", path, member, True))
    masked = Masker(whole, {}).report(whole)
    output = "".join(load(name).render(masked, View(False, False, 1, Confidence.LOW, (), 1)))
    assert not any(half in output or half.replace("/", "%2F") in output for half in (first, second))


@pytest.mark.parametrize("field", FIELDS)
def test_halves_in_a_name_of_somebody(field):
    text = password()
    whole = report(text, history(f"{text[:17]} <{text[17:]}@example.com>", (field,)))
    (found,) = Masker(whole, {}).report(whole).findings
    assert not any(half in repr(found.history) for half in (text[:17], text[17:]))


@pytest.mark.parametrize("field", FIELDS)
def test_what_each_of_several_repositories_says(field):
    text = password()
    whole = report(text, history(""))
    (found,) = whole.findings
    name = f"clones/{text}"
    at = found.locations[0]._replace(repository=name, path=f"{name}/a.py")
    found = found._replace(
        locations=(at,), repositories=(InRepository(name, history(text, (field,))),)
    )
    (masked,) = (
        Masker(whole._replace(findings=(found,)), {})
        .report(whole._replace(findings=(found,)))
        .findings
    )
    assert text not in repr(masked)
    assert masked.locations[0].repository == masked.repositories[0].repository
    assert masked.locations[0].path == f"{masked.repositories[0].repository}/a.py"
