"""What the tests of histories share: contents that change step by step, and the deltas between."""

from __future__ import annotations

import base64
import functools
import gzip
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from scanner.aws.randomness import LOW_BITS, score
from scanner.kinds.examples import expand
from scanner.rulebook import load_rules
from scanner.rulebook.loading import shipped_files
from scanner.rulebook.model import Rule

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DISTANCES = (
    0, 1, 2, 3, 20, 38, 39, 40, 41, 42, 43, 44, 45, 60, 63, 64, 65, 100, 128, 159, 160, 161, 200,
    399, 400, 401, 512, 520, 700, 800, 805, 1000, 1020, 1100, 1600, 2000, 2500, 4000, 4096, 4500,
    8100, 8300, 9000, 16_384, 20_000,
)  # fmt: skip
"""How far from a credential something is changed: about where something ceases to decide."""
_ANCHORED = re.compile(
    rb"A[KS]IA|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,45}(?![A-Za-z0-9+/])|%[23][BbFfDd]|\\u00|-at-"
)


@pytest.fixture(scope="session")
def rules() -> tuple[Rule, ...]:
    return load_rules((), ())


class Version(NamedTuple):
    """A content, and how it came of an earlier one."""

    data: bytes
    base: int
    """The number of the earlier version; -1 for the first."""
    delta: bytes


def delta_size(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def delta_copy(source: int, length: int) -> bytes:
    operation, rest = 0x80, b""
    for bit in range(4):
        if source >> 8 * bit & 0xFF:
            operation |= 1 << bit
            rest += bytes((source >> 8 * bit & 0xFF,))
    for bit in range(3):
        if length >> 8 * bit & 0xFF:
            operation |= 0x10 << bit
            rest += bytes((length >> 8 * bit & 0xFF,))
    return bytes((operation,)) + rest


def make(base: bytes, pieces: list[tuple[int, int] | bytes]) -> tuple[bytes, bytes]:
    """Return what `pieces` make, and the delta: stretches of `base` from and to, or new bytes."""
    operations, result = [], []
    for piece in pieces:
        if isinstance(piece, bytes):
            result.append(piece)
            for at in range(0, len(piece), 127):
                part = piece[at : at + 127]
                operations.append(bytes((len(part),)) + part)
        else:
            start, end = piece
            result.append(base[start:end])
            while start < end:
                length = min(end - start, 0xFFFF)
                operations.append(delta_copy(start, length))
                start += length
    data = b"".join(result)
    return data, b"".join((delta_size(len(base)), delta_size(len(data)), *operations))


@functools.cache
def templates() -> list[str]:
    """Return the examples of all rules, read once: parsing YAML takes longer than most tests."""
    return [
        text
        for _, file in shipped_files()
        for text in (*file.examples.match, *file.examples.no_match)
    ]


class Author:
    """Writes contents with credentials in them, and goes on changing them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._number = 0
        self._templates = templates()

    def _expand(self, template: str) -> bytes:
        self._number += 1
        return expand(template, f"{self.rng.random()} {self._number}").encode()

    def run(self, length: int) -> bytes:
        return bytes(self.rng.choices(BASE64, k=length))

    def filler(self, size: int) -> bytes:
        rng = self.rng
        kind = rng.randrange(8)
        if kind == 0:  # one long line
            return b" ".join(b"word%d" % rng.randrange(99) for _ in range(size // 7))
        if kind == 1:  # base64 in lines
            return b"\n".join(self.run(rng.choice((64, 76))) for _ in range(size // 65)) + b"\n"
        if kind == 2:
            return b"// nothing but slashes and \\n in it\n" * (size // 36)
        lines = []
        while size > 0:
            indent = b" " * rng.choice((0, 4, 8))
            lines.append(
                indent + b"value_%d = call(%d)\n" % (rng.randrange(999), rng.randrange(99))
            )
            size -= len(lines[-1])
        return b"".join(lines)

    def plain(self) -> bytes:
        """Return text with credentials, or with what only looks like one."""
        rng = self.rng
        pair = (
            "aws_access_key_id = {{access_key_id}}\naws_secret_access_key = {{secret_access_key}}\n"
        )
        choices = (
            pair,
            pair.replace("\n", "\r\n"),
            "{{access_key_id}}",
            "{{access_key_id}}:{{secret_access_key}}",
            "{{secret_access_key}}",
            '"{{secret_access_key}}"\n',
            "secret_key: {{secret_access_key}}\n",
            "sha: {{base64:40}}\n",
            "\n{{base64:40}}\n",
            "{{base64:64}}\n{{base64:40}}\n",
            "password: {{ses_smtp_password}}\n",
            "smtp_password: {{ses_smtp_password}}\n",
            "AKIA{{}}IOSFODNN7EXAMPLE\n",
            "wJalrXUtnFEMI/K7MDENG/{{}}bPxRfiCYEXAMPLEKEY\n",
            "{{access_key_id}} # keycatch:allow\n",
            "{{base64:41}}",
            "eyJ{{base64:30}}.{{base64:40}}.{{base64:43}}",
            "https://{{service_user_name}}:{{service_password}}@git-codecommit.x.amazonaws.com/a\n",
            "user {{service_user_name}}\npassword {{service_password}}\n",
        )
        return self._expand(rng.choice((*choices, rng.choice(self._templates))))

    def snippet(self) -> bytes:
        text, rng = self.plain(), self.rng
        kind = rng.randrange(14)
        if kind == 0:
            return base64.b64encode(text) + b"\n"
        if kind == 1:
            return base64.encodebytes(text)
        if kind == 2:
            return b'"' + text.replace(b"/", b"\\/").replace(b"\n", b"\\n") + b'"'
        if kind == 3:
            return b"".join(b"\\u%04x" % c if c in b"/+=>&" else bytes((c,)) for c in text)
        if kind == 4:
            return b"".join(b"%%%02X" % c if c in b"/+=:& \n" else bytes((c,)) for c in text)
        if kind == 5:
            return text.decode("latin-1").encode("utf-16-le")
        if kind == 6:
            return base64.b64encode(gzip.compress(text, mtime=0)) + b"\n"
        if kind == 7:
            return b"\\n" + text
        if kind == 8:
            return b"%3D" + text
        return text

    def bit(self) -> bytes:
        """Return a little that may change what stands near by is taken for."""
        rng = self.rng
        return rng.choice(
            (
                b"\n",
                b"\n\n",
                b" ",
                b'"',
                b"x",
                b"/",
                b"+",
                b"=",
                b"-",
                b"_",
                b".",
                b"\\",
                b"\\n",
                b"%",
                b"%3D",
                b"%2F",
                b"\\u002f",
                b"\\/",
                b"\\x3e",
                b"A",
                b"Zz",
                b"7",
                b"\0",
                b"\r\n",
                b"\xff",
                b"aws_secret_access_key = ",
                b"secret: ",
                b"sha256: ",
                b"integrity ",
                b"commit ",
                b"md5",
                b"smtp ",
                b"ses ",
                b"mail_password",
                b"passwd",
                b"cassandra",
                b"base64,",
                b"eyJ",
                b"AWS",
                b" # keycatch:allow ",
                b"\n# secretlint-disable\n",
                b"\n# secretlint-enable\n",
                b"keycatch:allow aws-access-key-id",
                b"gitleaks:allow",
                b"\n[profile]\n",
                self.run(1),
                self.run(2),
                self.run(39),
                self.run(40),
                self.run(41),
                b"\n" + self.run(40) + b"\n",
                b"\n" + self.run(64) + b"\n",
                self.run(600),
                b"EXAMPLE",
            )
        )

    def first(self) -> bytes:
        rng = self.rng
        pieces = []
        for _ in range(rng.randrange(1, 7)):
            pieces.append(self.filler(rng.choice((0, 30, 300, 900, 3000, 9000, 22_000))))
            pieces.append(self.snippet())
        head = rng.choice((b"",) * 12 + (b"\xff\xfe", b"\x1f\x8b\x08", b"\xef\xbb\xbf"))
        return head + b"".join(pieces)

    def _place(self, data: bytes) -> int:
        rng = self.rng
        spots = [match.span() for match in _ANCHORED.finditer(data)]
        if not spots or rng.random() < 0.1:
            return rng.randrange(len(data) + 1)
        start, end = rng.choice(spots)
        if rng.random() < 0.15:
            return rng.randrange(start, end + 1)
        distance = rng.choice(DISTANCES)
        at = start - distance if rng.random() < 0.5 else end + distance
        return min(max(at, 0), len(data))

    def edit(self, data: bytes) -> list[tuple[int, int] | bytes]:
        """Return one change of `data`, as pieces for `make`."""
        rng = self.rng
        at, size = self._place(data), len(data)
        kind = rng.randrange(10)
        if kind < 4:
            return [(0, at), self.bit(), (at, size)]
        if kind < 5:
            return [(0, at), self.snippet(), (at, size)]
        if kind < 8:  # something goes
            end = min(size, at + rng.choice((1, 1, 2, 10, 20, 40, 200, 1000, 5000)))
            return [(0, at), rng.choice((b"", b"", self.bit())), (end, size)]
        other = self._place(data)
        end = min(size, other + rng.choice((20, 40, 60, 130, 500, 3000)))
        if kind < 9:  # something is repeated
            return [(0, at), (other, end), (at, size)]
        if at <= other:  # something is moved
            return [(0, at), (other, end), (at, other), (end, size)]
        return [(0, other), (end, max(at, end)), (other, end), (max(at, end), size)]

    def history(self, number: int) -> list[Version]:
        """Return a content and what comes of it; bases stand before what is based on them."""
        versions = [Version(self.first(), -1, b"")]
        for _ in range(number):
            # Mostly the last one, as along a branch.
            base = (
                len(versions) - 1 if self.rng.random() < 0.8 else self.rng.randrange(len(versions))
            )
            old = versions[base].data
            pieces = self.edit(old)
            data, delta = make(old, pieces)
            if data:
                versions.append(Version(data, base, delta))
        return versions

    def star(self) -> list[Version]:
        """Return a content with something like a credential, and one with each of many changes.

        The changes are made at all distances from it. Often nothing is found in the content itself:
        then what decided that has to be seen to change.
        """
        rng = self.rng
        alike = rng.choice((self.plain, self.snippet, self._settled, self._settled, self._settled))
        middle = alike()
        run = rng.randrange(6)
        fill = (
            lambda size: b" " * size,
            lambda size: self.run(size),
            lambda size: b"word " * (size // 5),
            lambda size: b"x\n" * (size // 2),
            lambda size: (self.run(76) + b"\n") * (size // 77),
            lambda size: b"&key=value" * (size // 10),
        )[run]
        around = rng.choice((500, 1000, 3000, 12_000, 25_000))
        edges = (b"", b"\n", b" ", b'"', b"-", b"/")
        left = fill(around) + rng.choice(edges)
        right = rng.choice(edges) + fill(around)
        data = left + middle + right
        versions = [Version(data, -1, b"")]
        bits = rng.sample(
            (
                b"\n", b" ", b"smtp ", b"aws_secret_access_key ",
                b'"', b"\0", b"cassandra ", b"sha256 ",
                b"%3D",
                b"-x", b"?", b"https://", b"\\/", b"&X-Amz-Signature=", b"\n\n", b"_", b"ses ",
            ),
            3,
        )  # fmt: skip
        for distance in (*DISTANCES, *rng.sample(range(1200), 40)):
            for at in (len(left) - distance, len(left) + len(middle) + distance):
                if 0 <= at <= len(data):
                    bit = rng.choice(bits)
                    end = min(len(data), at + rng.choice((0, 0, 1, 3)))
                    made, delta = make(data, [(0, at), bit, (end, len(data))])
                    versions.append(Version(made, 0, delta))
        return versions

    def _settled(self) -> bytes:
        """Return what is no credential only because of what stands around it."""
        rng = self.rng
        before, after = " " * rng.randrange(399), ", " * rng.randrange(199)
        choices = (
            "{{ses_smtp_password}}",
            "\n{{ses_smtp_password}}\n{{base64:76}}\n",
            "\n{{base64:64}}\n{{secret_access_key}}\n",
            "\n{{secret_access_key}}\n{{base64:64}}\n",
            "{{base64:30}}-{{secret_access_key}}-",
            "eyJ{{base64:30}}.{{secret_access_key}}",
            "{{service_user_name}} {{service_password}}",
            "base64,{{secret_access_key}}",
            f"\n{{{{base64:64}}}}\n{before}{{{{secret_access_key}}}}{after}\n",
            f"\n{before}{{{{secret_access_key}}}}{after}\n{{{{base64:64}}}}\n",
            f"\n{{{{base64:76}}}}\nsmtp {before}{{{{ses_smtp_password}}}}\n",
            f"\nsmtp {{{{ses_smtp_password}}}}{after}\n{{{{base64:76}}}}\n",
            self._doubtful(),
        )
        text = self._expand(rng.choice(choices))
        if rng.random() < 0.15:
            prefix = rng.choice((b"ABIA", b"ACCA"))
            return b"/" + prefix + self._expand("{{access_key_id}}")[4:] + b"+" + self.run(60)
        return text

    def _doubtful(self) -> str:
        """Return 40 characters that nobody believes unless a name of AWS stands before them."""
        while True:
            text = b"".join(
                self.rng.choice((b"Path", b"to", b"Some", b"Class", self.run(3), self.run(4)))
                for _ in range(30)
            )[:40]
            if 0 < score(text) < LOW_BITS:
                return text.decode()


def seeds(usual: int) -> Iterator[int]:
    """Yield as many seeds, twenty times as many in the profile `long` of Hypothesis.

    New ones for as long as KEYCATCH_TEST_SECONDS says if it is set.
    """
    seconds = float(os.environ.get("KEYCATCH_TEST_SECONDS", "0"))
    if not seconds:
        yield from range(usual * settings().max_examples // 50)
        return
    until = time.monotonic() + seconds
    first = random.SystemRandom().randrange(1 << 40)
    while time.monotonic() < until:
        yield first
        first += 1


@pytest.fixture(scope="session")
def history_seeds() -> Any:
    return seeds


@pytest.fixture(scope="session")
def author() -> type[Author]:
    return Author


@pytest.fixture(scope="session")
def make_delta() -> Any:
    return make


class Outcome(NamedTuple):
    """What some versions come to, in a form that can be compared."""

    findings: Counter[Any]
    """(number of the version, all that a finding says)"""
    set_aside: dict[str, int]
    notices: Counter[Any]


def told(finding: Any) -> Any:
    return finding._replace(
        values=tuple(sorted((role, value.reveal()) for role, value in finding.values.items())),
        locations=tuple(at._replace(object="", scope="") for at in finding.locations),
    )


@pytest.fixture(scope="session")
def told_of() -> Any:
    return told
