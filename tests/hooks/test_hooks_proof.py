"""The trial of hooks: whatever does not stop a credential because keycatch found it fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scanner.hooks.proof import ProofError, prove

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="scripts stand for the hooks"),
    pytest.mark.usefixtures("clean_environment"),
]
NOTICE = "echo aws-access-key-pair >&2"
STAGED = "git diff --cached --name-only | grep -q key"
PUSHED = "git log --format=%s $(cut -d' ' -f2) | grep -q key"
LOOK = {"pre-commit": STAGED, "pre-merge-commit": STAGED, "pre-push": PUSHED, "pre-receive": PUSHED}


def hook(lines: str) -> bytes:
    return f"#!/bin/sh\n{lines}\nexit 0\n".encode()


@pytest.mark.parametrize("name", LOOK)
def test_hooks_that_stop_it(name: str) -> None:
    prove([name], {name: hook(f"if {LOOK[name]}; then {NOTICE}; exit 1; fi")})


@pytest.mark.parametrize("name", LOOK)
@pytest.mark.parametrize(
    "reaction", ["exit 1", f"{NOTICE}; exit 0", ""], ids=["other reason", "passes", "nothing"]
)
def test_hooks_that_do_not(name: str, reaction: str) -> None:
    text = hook(f"if {LOOK[name]}; then :; {reaction or ':'}; fi")
    with pytest.raises(ProofError, match=f"the {name} hook did not stop a made-up credential"):
        prove([name], {name: text})


@pytest.mark.parametrize("name", ["pre-commit", "pre-push", "pre-receive"])
def test_hooks_that_stop_everything(name: str) -> None:
    with pytest.raises(ProofError, match=f"the {name} hook failed on a change without"):
        prove([name], {name: hook(f"{NOTICE}; exit 1")})


def test_the_credential_is_new_each_time_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    note = f"git cat-file -p :key >>'{tmp_path}/seen'; {NOTICE}; exit 1"
    for _ in range(2):
        prove(["pre-commit"], {"pre-commit": hook(f"if {STAGED}; then {note}; fi")})
    lines = (tmp_path / "seen").read_text().splitlines()
    assert len(lines) == len(set(lines)) == 4
    assert list((tmp_path / "tmp").iterdir()) == []


def test_without_git_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess((), 128, b"", b"fatal: no\n")

    monkeypatch.setattr("scanner.hooks.proof.complete", broken)
    with pytest.raises(ProofError, match="could not be tested: git init failed"):
        prove(["pre-commit"], {"pre-commit": hook("exit 0")})
