"""The oldest git that is needed: what it does not know is not asked, or asked in another way."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.git import process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script takes the place of git")

# What git 2.25.1 knows of what is asked. All tests have run with it, built from its source, so an
# option that is added here needs a look into its manual: git's own repository has each tag.
KNOWN = {
    "": "--no-pager --no-optional-locks --literal-pathspecs --version",
    "cat-file": "--batch --batch-all-objects --batch-check --buffer --follow-symlinks --unordered",
    "check-ignore": "--no-index -q",
    "commit": "-m -q",
    "commit-tree": "-m -p",
    "config": "--default --get --get-all --get-regexp --global --includes --list --local "
    "--name-only --null --show-origin --system --type -z",
    "diff-files": "--ignore-submodules --no-ext-diff --no-renames --raw -z",
    "diff-index": "--cached --ignore-submodules --no-abbrev --no-ext-diff --no-renames --raw -z",
    "diff-tree": "--always --format --ignore-submodules --name-only --no-abbrev --no-ext-diff "
    "--no-renames --raw --root --stdin -c -r -z",
    "for-each-ref": "--format",
    "hash-object": "--stdin -t -w",
    "init": "--bare --template -q",
    "log": "-1 --format --no-show-signature",
    "ls-files": "--directory --exclude-standard --full-name --ignored --others --stage -t -z",
    "ls-tree": "-r -z",
    "merge": "--no-ff -m -q",
    "merge-base": "--all",
    "push": "--no-signed -q",
    "remote": "",
    "reset": "--hard -q",
    "rev-list": "--all --ignore-missing --indexed-objects --max-count --missing --no-walk --not "
    "--objects --parents --reflog --reverse --stdin --topo-order",
    "rev-parse": "--absolute-git-dir --git-common-dir --git-dir --git-path --is-bare-repository "
    "--is-inside-work-tree --is-shallow-repository --show-object-format --show-toplevel --verify",
    "symbolic-ref": "--quiet",
    "update-index": "--add --cacheinfo",
    "update-ref": "-d",
    "write-tree": "",
}

SCRIPT = """\
#!/bin/sh
unset GIT_NO_LAZY_FETCH GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_COUNT
command= skip=
for word in "$@"; do
  if [ "$skip" ]; then skip=; continue; fi
  case $word in
    --) break ;;
    -c) [ "$command" ] || skip=1 ;;
  esac
  case $word in
    -*) option=${{word%%=*}} ;;
    *) [ ! "$command" ] || continue; command=$word option= ;;
  esac
  case "$command $option" in
    {known}) ;;
    *) echo "$command $option" >> {log}; echo "error: unknown option \\`$word'" >&2; exit 129 ;;
  esac
done
exec {git} "$@"
"""


class OldGit:
    """A git on the PATH that refuses what git 2.25.1 does not know."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "refused"
        folder.mkdir()
        pairs = ((name, option) for name, known in KNOWN.items() for option in ("", *known.split()))
        values = {
            "known": "|".join(f'"{name} {option}"' for name, option in (*pairs, ("", "-c"))),
            "log": shlex.quote(str(self._log)),
            "git": shlex.quote(process.program()),
        }
        self.program = folder / "git"
        self.program.write_text(SCRIPT.format(**values))
        self.program.chmod(0o755)

    def refused(self) -> set[str]:
        """Return the commands with options that it has refused."""
        return set(self._log.read_text().splitlines()) if self._log.exists() else set()


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OldGit:
    found = OldGit(tmp_path / "old")
    monkeypatch.setattr(process, "program", lambda: str(found.program))
    return found


def test_every_command(
    old_git: OldGit, repository: Any, plant: Any, keycatch: Callable[..., Any]
) -> None:
    for name in ("a", "key"):
        repository.write(name, plant.pair() if name == "key" else "text\n")
        repository.commit()
    repository.git("tag", "-m", "tag", "v1")
    repository.write("new", plant.pair())
    repository.git("add", "new")
    tip = repository.git("rev-parse", "HEAD").strip()
    commands = {
        "scan .": 1, "staged": 1, "history": 1, "range HEAD~1": 1, "range v1^!": 1,
        "push origin x": 1, "receive": 0, "install": 0, "doctor": 0,
    }  # fmt: skip
    given = {
        "push origin x": f"refs/heads/x {tip} refs/heads/x {'0' * 40}\n",
        "receive": f"{'0' * 40} {tip} refs/heads/x\n",
    }
    for command, code in commands.items():
        line = given.get(command, "").encode()
        done = keycatch(*command.split(), cwd=repository.root, given=line)
        assert done.returncode == code, (command, done)
    assert old_git.refused() == {"config --show-scope"}
