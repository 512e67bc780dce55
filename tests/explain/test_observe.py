"""What is explained is what the engine does: the checks of a kind agree with its `detect`."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.content import Layer
from scanner.engine import scan_bytes
from scanner.explain import CHECKS, checker, observe
from scanner.explain.observe import MOST
from scanner.kinds.examples import expand
from scanner.kinds.interface import Part
from scanner.rulebook.compiled import shipped_rules
from scanner.rulebook.generator import BASE64, Generator
from scanner.rulebook.loading import shipped_files

RULES = shipped_rules()
EXAMPLES = [
    expand(template, f"{content.rule.id}/{kind}/{number}")
    for _, content in shipped_files()
    for kind, templates in content.examples._asdict().items()
    for number, template in enumerate(templates, 1)
]


def look(text: str | bytes, **options: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return observe.observe(Layer(data), RULES, **options)


def agree(text: str) -> int:
    """Compare the checks of each candidate with what its kind decided; return how many."""
    compared = 0
    for candidate in look(text).candidates:
        if not candidate.matched or candidate.rule.kind not in CHECKS:
            continue
        compared += 1
        failed = [check for check in candidate.checks if not check.passed]
        if isinstance(candidate.judged, Part):
            assert failed == [], (text, candidate)
            labels = ("high confidence", "medium confidence", "low confidence")
            said = " ".join(check.said for check in candidate.checks)
            named = [each for each in labels if each in said]
            if named:
                assert named == [f"{candidate.judged.confidence.label} confidence"], candidate
        else:
            assert failed == [candidate.checks[-1]], (text, candidate)
    return compared


def test_every_kind_with_checks_is_used() -> None:
    assert CHECKS.keys() <= {rule.kind for rule in RULES}
    assert all(checker(kind) for kind in CHECKS)


def test_checks_agree_on_all_examples() -> None:
    assert sum(map(agree, EXAMPLES)) > 90


BEFORE = (
    "", "x = ", "aws_secret_access_key = ", "secret: ", "password=", "token: ", "sha256-", "md5 ",
    "integrity: ", "stripe_secret_key: ", "base64,", "$2b$10$", "https://example.com/a/",
    "amqp://u:", "ENC[AES256,data:", "Message-Id: <", "eyJhbGciOiJIUzI1NiJ9.", "secret-", "abc_",
    "\\n", "%2F", "A" * 64 + " ",
)  # fmt: skip
AFTER = ("", "\n", "-abc", "@example.com>", "==", "%2F", ".abcdefghijklmnopq", '"', "_")
VALUES = st.one_of(
    st.text(BASE64, min_size=40, max_size=40),
    st.text("0123456789abcdef", min_size=40, max_size=40),
    st.text("ABCDEFabcdef0123456789", min_size=40, max_size=40),
    st.integers(0, 10**6).map(lambda seed: Generator(seed).secret_access_key()),
    st.sampled_from([
        "TheQuickBrownFoxJumpsOverTheLazyDogAgaix", "src/main/java/org/example/App/FactoryImp",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN", "qwertyuiopASDFGHJKLzxcvbnm1234567890QWER",
    ]),
)  # fmt: skip


@given(st.sampled_from(BEFORE), VALUES, st.sampled_from(AFTER), st.booleans())
def test_checks_agree_on_any_secret(before: str, value: str, after: str, lines: bool) -> None:
    text = f"{before}{value}{after}"
    agree(f"{value}\n{text}\n{value}\n" if lines else text)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=16, max_size=16), st.booleans())
def test_checks_agree_on_any_key_id(body: str, glued: bool) -> None:
    tail = "/" + "Ab9+" * 20 if glued else ""
    assert agree("".join(("AKI", "A", body, tail))) >= (0 if glued else 1)


def test_what_is_gathered_is_what_a_scan_finds() -> None:
    made = Generator(3)
    text = f"id = {made.access_key_id()}\naws_secret_access_key = {made.secret_access_key()}\n"
    found = scan_bytes(text.encode(), "x", RULES)
    values = {value for finding in found for value in finding.values.values()}
    assert {part.value for part in look(text).gathered.parts} == values


@pytest.mark.parametrize("number", [1, 2, 3])
def test_only_the_line_that_was_named(number: int) -> None:
    made = Generator(4)
    text = "".join(f"k{n} = {made.access_key_id()}\n" for n in range(1, 4))
    found = [each.place.start_line for each in look(text, line=number).candidates if each.matched]
    assert set(found) == {number}


def test_what_is_decoded_has_the_place_in_the_file() -> None:
    inner = f"aws_access_key_id = {Generator(5).access_key_id()}\n" * 2
    text = "first\ndata: " + base64.b64encode(inner.encode()).decode() + "\n"
    found = [each for each in look(text, line=2).candidates if isinstance(each.judged, Part)]
    assert {(each.place.start_line, each.decoders) for each in found} == {(2, ("base64",))}


def test_a_member_of_an_archive() -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.env", f"\nx = {Generator(6).access_key_id()}\n")
        archive.writestr("two.env", f"\nx = {Generator(7).access_key_id()}\n")
    found = look(stored.getvalue(), line=2, member="a/one.env").candidates
    assert {each.member for each in found if each.matched} == {"a/one.env"}
    assert any(isinstance(each.judged, Part) for each in found)


def test_a_defect_in_a_kind_ends_one_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise RuntimeError(name)

    monkeypatch.setattr(observe, "load", broken)
    found = look(f"x = {Generator(8).access_key_id()}").candidates
    assert found
    assert all(not each.checks[-1].passed for each in found)


def test_no_more_than_anybody_reads() -> None:
    made = Generator(9)
    text = "".join(f"{made.access_key_id()}\n" for _ in range(MOST + 20))
    seen = look(text)
    assert (len(seen.candidates), seen.left_out >= 20) == (MOST, True)
