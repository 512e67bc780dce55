"""Which credentials the claims of another scanner are about.

A claim that knows a value is about that value, wherever it is. One that knows a place only is about
what is there. If it is about a part of a credential, it is about the credential: most scanners see
a key ID and not the secret next to it.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from time import monotonic
from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from scanner.baseline.imports.interface import Claim
    from scanner.findings import Finding

NOT_FOUND: Final = "not found: no AWS credential is there"
NO_COMMIT: Final = "in a commit or file that is not in this clone"
BAD_PATTERN: Final = "an expression that cannot be used"
_SECONDS: Final = 1.0
"""For one expression on all values: the file of another program can have any expression."""

_LONG_ENOUGH: Final = 16
"""Characters of a text from which on it is taken for a value that it is in: a key ID has 20."""


class Found(NamedTuple):
    """The credentials that are known, as claims can be about them."""

    findings: Sequence[Finding]
    """Those of the work tree, at paths from its root."""
    in_commits: Mapping[tuple[str, str], Sequence[Finding]]
    """Those of each (commit, path) that a claim names; a file that is not there has no item."""


def carry_over(
    claims: Iterable[Claim], found: Found, root: str
) -> tuple[dict[str, tuple[Finding, str]], dict[str, int]]:
    """Return credentials by fingerprint, with the reasons of their claims; and what is lost.

    `root` is the directory that absolute paths are taken to be below. What is lost is counted by
    reason.
    """
    index = _Index(found.findings)
    accepted: dict[str, tuple[Finding, str]] = {}
    lost: dict[str, int] = {}
    indexes: dict[tuple[str, str], _Index] = {}

    def of_commit(claim: Claim, path: str) -> _Index:
        key = claim.commit, path
        if key not in indexes:
            indexes[key] = _Index(found.in_commits.get(key, ()))
        return indexes[key]

    # A file can say the same of a place as often as there are findings.
    for claim, times in Counter(claims).items():
        path = relative(claim.path, root)
        problem = NOT_FOUND
        matches: Collection[Finding] = ()
        if claim.pattern:
            try:
                matches = index.matching(claim.pattern)
            except ValueError:
                problem = BAD_PATTERN
        elif claim.value or claim.sha1 or claim.sha256:
            matches = index.of_value(claim)
            if not matches and claim.commit:
                matches = of_commit(claim, path).of_value(claim)
        elif claim.commit:
            is_there = (claim.commit, path) in found.in_commits
            problem = NOT_FOUND if is_there else NO_COMMIT
            matches = of_commit(claim, path).at(claim, path)
        else:
            matches = index.at(claim, path)

        if not matches:
            lost[problem] = lost.get(problem, 0) + times
        for finding in matches:
            accepted.setdefault(finding.fingerprint, (finding, claim.reason))
    return accepted, lost


def relative(path: str, root: str) -> str:
    """Return `path` from `root` with `/` between names, as far as it is below that."""
    path = path.replace("\\", "/")
    above = root.replace(os.sep, "/").rstrip("/") + "/"
    path = path.removeprefix(above)
    while path.startswith("./"):
        path = path[2:]
    return path


class _Index:
    """Findings by path and by digests of their values."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Have a look at `findings`."""
        self._findings = list(findings)
        self._by_sum: dict[str, list[Finding]] = {}
        self._values = _Values(self._findings)
        self._by_line: dict[str, dict[int, list[int]]] = {}
        """By path and line, the numbers of the findings that have a part there."""
        for number, finding in enumerate(self._findings):
            for at in finding.locations:
                if not at.member:
                    by_line = self._by_line.setdefault(at.path.replace(os.sep, "/"), {})
                    for line in range(at.start_line, at.end_line + 1):
                        by_line.setdefault(line, []).append(number)

    def at(self, claim: Claim, path: str) -> list[Finding]:
        """Return the findings that have a part at `path` on the lines of `claim`."""
        by_line = self._by_line.get(path, {})
        last = max(claim.line, claim.end_line)
        if last - claim.line < len(by_line):
            lines: Iterable[int] = range(claim.line, last + 1)
        else:
            lines = [line for line in by_line if claim.line <= line <= last]
        numbers = {number for line in lines for number in by_line.get(line, ())}
        return [self._findings[number] for number in sorted(numbers)]

    def of_value(self, claim: Claim) -> list[Finding]:
        """Return the findings that have the value of `claim`."""
        if claim.value is not None:
            numbers = self._values.like(claim.value.reveal())
            return [self._findings[number] for number in sorted(numbers)]
        if not self._by_sum:
            from hashlib import sha1, sha256

            for finding in self._findings:
                for value in finding.values.values():
                    for digest in (sha1, sha256):
                        name = digest(value.reveal(), usedforsecurity=False).hexdigest()
                        self._by_sum.setdefault(name, []).append(finding)
        return self._by_sum.get(claim.sha1 or claim.sha256, [])

    def matching(self, pattern: str) -> list[Finding]:
        """Return the findings with a value that `pattern` matches; raises ValueError."""
        import regex

        end = monotonic() + _SECONDS
        try:
            compiled = regex.compile(pattern)
            return [
                finding
                for finding in self._findings
                if any(
                    compiled.search(
                        value.reveal().decode("utf-8", "replace"),
                        timeout=max(0.001, end - monotonic()),
                    )
                    for value in finding.values.values()
                )
            ]
        except (regex.error, TimeoutError, RecursionError, OverflowError) as error:
            raise ValueError(str(error)) from None


class _Values:
    """The values of findings, searched for a text that has more around one, or less of it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Have a look at the values of `findings`."""
        self._whole: dict[bytes, list[int]] = {}
        self._by_head: dict[bytes, list[bytes]] = {}
        for number, finding in enumerate(findings):
            for secret in finding.values.values():
                self._whole.setdefault(secret.reveal(), []).append(number)
        for value in self._whole:
            if len(value) >= _LONG_ENOUGH:
                self._by_head.setdefault(value[:_LONG_ENOUGH], []).append(value)
        # One after the other, so that one search at the speed of memory goes through all of them.
        self._order = list(self._whole)
        self._starts = [*accumulate((len(value) for value in self._order), initial=0)]
        self._all = b"".join(self._order)

    def like(self, text: bytes) -> set[int]:
        """Return the numbers of the findings with a value that is `text`, in it, or around it."""
        found = set(self._whole.get(text, ()))
        if len(text) < _LONG_ENOUGH:
            return found

        for start in range(len(text) - _LONG_ENOUGH + 1):
            for value in self._by_head.get(text[start : start + _LONG_ENOUGH], ()):
                if text.startswith(value, start):
                    found.update(self._whole[value])

        at = self._all.find(text)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            if at + len(text) <= self._starts[number + 1]:
                found.update(self._whole[self._order[number]])
            at = self._all.find(text, max(at + 1, self._starts[number + 1] - len(text) + 1))
        return found
