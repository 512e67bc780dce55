"""Tests for `scanner.expressions`: compiled when they are used, and then as `re` has them."""

from __future__ import annotations

import copy
import re

import pytest

from scanner import expressions
from scanner.expressions import compile_later


def test_it_does_what_a_compiled_one_does() -> None:
    later, now = (
        compile_later(rb"(A)(?P<b>b)?", re.IGNORECASE),
        re.compile(rb"(A)(?P<b>b)?", re.IGNORECASE),
    )
    data = b"xaB, ab, a"
    assert [m.span() for m in later.finditer(data, 2)] == [m.span() for m in now.finditer(data, 2)]
    assert later.sub(b"_", data) == now.sub(b"_", data)
    assert (later.pattern, later.groups, later.groupindex) == (now.pattern, 2, {"b": 2})
    found = later.search(data)
    assert found is not None
    assert found.re is now  # `re` keeps what it has compiled


def test_it_is_compiled_once_and_late(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = re.compile
    monkeypatch.setattr(
        expressions.re, "compile", lambda *given: made.append(given) or real(*given)
    )
    later = compile_later("a+")
    assert made == []
    assert [later.fullmatch("aa") is not None for _ in range(3)] == [True] * 3
    assert made == [("a+", 0)]


def test_a_mistake_is_an_error_when_it_is_used() -> None:
    wrong = compile_later("(")
    with pytest.raises(re.error):
        wrong.search("a")
    with pytest.raises(AttributeError):
        compile_later("a").nothing  # noqa: B018
    assert copy.copy(compile_later("a")).search("a")
