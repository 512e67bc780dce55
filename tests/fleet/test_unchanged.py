"""A digest is the same until something changes that a report depends on."""

from __future__ import annotations

import os
from typing import Any

from scanner.fleet.unchanged import scan_digest
from scanner.git.repository import Repository


def test_whatever_a_report_depends_on_changes_it(repository: Any) -> None:
    def digest(conditions: str = "x") -> str:
        return scan_digest(Repository(str(repository.root), named=True), conditions)

    repository.commit("file")
    seen = [digest()]
    assert seen[0]
    assert digest() == seen[0]
    for change in (
        lambda: repository.commit("another"),
        lambda: repository.git("branch", "more"),
        lambda: repository.git("update-ref", "refs/other/name", "HEAD"),
        lambda: repository.git("symbolic-ref", "HEAD", "refs/heads/more"),
        lambda: repository.git("config", "remote.origin.url", "https://h/x"),
        lambda: (repository.write("staged"), repository.git("add", "staged")),
        lambda: repository.git("hash-object", "-w", "--stdin"),
        lambda: repository.git("repack", "-adq"),
        lambda: repository.git("reflog", "expire", "--expire=all", "--all"),
    ):
        change()
        seen.append(digest())
    assert len(set(seen)) == len(seen)
    assert digest("y") != seen[-1]

    # What cannot be digested is scanned each time.
    os.truncate(next((repository.root / ".git/objects/pack").glob("*.idx")), 9)
    assert digest() == ""
