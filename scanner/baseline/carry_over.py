"""Which credentials the claims of another scanner are about.

A claim that knows a value is about that value, wherever it is. One that knows a place only is about
what is there. If it is about a part of a credential, it is about the credential: most scanners see
a key ID and not the secret next to it.
"""

from __future__ import annotations

import os
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

    for claim in claims:
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
                own = _Index(found.in_commits.get((claim.commit, path), ()))
                matches = own.of_value(claim)
        elif claim.commit:
            there = found.in_commits.get((claim.commit, path))
            problem = NO_COMMIT if there is None else NOT_FOUND
            matches = _at(there or (), claim, path)
        else:
            matches = _at(index.by_path.get(path, ()), claim, path)

        if not matches:
            lost[problem] = lost.get(problem, 0) + 1
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


def _at(findings: Iterable[Finding], claim: Claim, path: str) -> list[Finding]:
    """Return those of `findings` that have a part at `path` on the lines of `claim`."""
    last = max(claim.line, claim.end_line)
    return [
        finding
        for finding in findings
        if any(
            at.start_line <= last and claim.line <= at.end_line
            for at in finding.locations
            if not at.member and at.path.replace(os.sep, "/") == path
        )
    ]


class _Index:
    """Findings by path and by digests of their values."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Have a look at `findings`."""
        self._findings = list(findings)
        self._by_sum: dict[str, list[Finding]] = {}
        self.by_path: dict[str, list[Finding]] = {}
        for finding in self._findings:
            for path in dict.fromkeys(at.path.replace(os.sep, "/") for at in finding.locations):
                self.by_path.setdefault(path, []).append(finding)

    def of_value(self, claim: Claim) -> list[Finding]:
        """Return the findings that have the value of `claim`."""
        if claim.value is not None:
            return self._of_text(claim.value.reveal())
        if not self._by_sum:
            from hashlib import sha1, sha256

            for finding in self._findings:
                for value in finding.values.values():
                    for digest in (sha1, sha256):
                        name = digest(value.reveal(), usedforsecurity=False).hexdigest()
                        self._by_sum.setdefault(name, []).append(finding)
        return self._by_sum.get(claim.sha1 or claim.sha256, [])

    def _of_text(self, text: bytes) -> list[Finding]:
        # What another scanner takes for the value can have more around it, or less of it.
        def is_same(value: bytes) -> bool:
            short, long = sorted((value, text), key=len)
            return value == text or (len(short) >= _LONG_ENOUGH and short in long)

        return [
            finding
            for finding in self._findings
            if any(is_same(value.reveal()) for value in finding.values.values())
        ]

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
