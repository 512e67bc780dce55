"""Signatures of commits and tags are base64 in lines: their text must not pass for secrets."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from scanner.engine.examine import Examiner

ZERO = "0" * 40


def signature(generator: random.Random, kind: str, characters: int) -> list[str]:
    """Return the lines of a signature whose base64 has that many `characters`."""
    width = {"PGP": 64, "SSH": 70, "SIGNED": 76}[kind]
    text = base64.b64encode(generator.randbytes(characters * 3 // 4)).decode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    name = "SIGNED MESSAGE" if kind == "SIGNED" else f"{kind} SIGNATURE"
    if kind == "PGP":
        lines = ["", *lines, "=" + base64.b64encode(generator.randbytes(3)).decode()]
    return [f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"]


def tag_text(lines: list[str]) -> str:
    head = f"object {ZERO}\ntype commit\ntag v1\ntagger T <t@example.com> 1700000000 +0100\n"
    return "\n".join((head, "release", *lines, ""))


def commit_text(header: str, lines: list[str], message: str = "subject\n") -> str:
    head = f"tree {ZERO}\nauthor T <t@example.com> 1 +0000\ncommitter T <t@example.com> 1 +0000"
    return f"{head}\n{header} " + "\n ".join(lines) + f"\n\n{message}"


@pytest.mark.parametrize("kind", ["PGP", "SSH", "SIGNED"])
def test_signatures_are_no_findings(rules: Any, plant: Any, kind: str) -> None:
    """Also with a last line of exactly 40 characters, of which each looks like a secret."""
    generator = random.Random(kind)
    examiner = Examiner(rules)
    width = {"PGP": 64, "SSH": 70, "SIGNED": 76}[kind]
    lengths = list(range(100, 900, 4))
    lengths += [width * lines + 40 for lines in range(2, 14, 2)] * 20
    shortest = 0
    for length in lengths:
        lines = signature(generator, kind, length)
        shortest += any(len(line) == 40 for line in lines)
        tag = tag_text(lines)
        for text in (commit_text("gpgsig", lines), tag, commit_text("mergetag", tag.split("\n"))):
            assert examiner.examine("message", text.encode()).findings == []
        key = commit_text("gpgsig", lines, f"subject\n\n{plant.pair()}")
        assert len(examiner.examine("message", key.encode()).findings) == 1
    assert shortest > 100
    # The same 40 characters without the lines above them are one.
    (last,) = (line for line in lines if len(line) == 40)
    alone = commit_text("gpgsig", [last])
    assert len(examiner.examine("message", alone.encode()).findings) == 1
