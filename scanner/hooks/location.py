"""Where git looks for hooks: in this repository, and in all repositories of the user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import UsageError
from scanner.git.hardening import environment
from scanner.git.process import GitError, complete, unusable
from scanner.git.repository import questions, separate
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.git.process import Completed

WIDE: Final = ("system", "global")
"""Scopes of git's configuration that count in every repository (git-config(1), SCOPES)."""


_CONFIG: Final = ("config", "-z")
_VALUES: Final = ("--show-origin", "--type=path", "--get-all", "core.hooksPath")
"""Scope and origin are for messages; the type has git expand `~`, as it does for itself."""
_USAGE: Final = 129
"""The exit code of git for an option that it does not know (gitcli(7), parse-options.h)."""


class HooksPath(NamedTuple):
    """A value of core.hooksPath."""

    scope: str
    """As git calls it: `system`, `global`, `local`, `worktree`, `command`."""
    origin: str
    """The file that it is in, fit for a terminal."""
    value: str
    """The path, with `~` expanded; relative to the top of each work tree, if relative."""

    @property
    def is_wide(self) -> bool:
        """Whether it counts in other repositories too."""
        return self.scope in WIDE

    @property
    def is_one_for_all(self) -> bool:
        """Whether it names one directory that all repositories share."""
        return self.is_wide and os.path.isabs(self.value)


class HooksLocation(NamedTuple):
    """Where the hooks of one repository are."""

    directory: str
    """Where git looks for them; absolute, and need not exist."""
    top: str
    """The top of the work tree; of a bare repository, its own directory."""
    own: str
    """Where it looks unless core.hooksPath says otherwise; common to all work trees."""
    setting: HooksPath | None
    """The core.hooksPath that counts here."""
    is_bare: bool
    has_work_trees: bool
    """Whether a bare repository has linked work trees (git-worktree(1)), where people commit."""
    is_tracked: bool
    """Whether what is written to `directory` would be in the way of the next commit."""


def here() -> HooksLocation:
    """Return where the hooks of the current directory's repository are.

    Raises GitError without a repository, UsageError inside of .git.
    """
    facts = _ask("--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir")
    if not {"true", "false"}.issuperset(facts[:2]):
        raise unusable("rev-parse", "true or false")
    is_bare, in_work_tree = (answer == "true" for answer in facts[:2])
    git_directory = facts[2]
    if not is_bare and not in_work_tree:
        raise UsageError(
            "this is inside the .git directory: run it in the work tree of the repository"
        )

    # git prints relative paths, and runs hooks, from there.
    top = git_directory if is_bare else _ask("--show-toplevel")[0]
    # An alias or hook has a GIT_DIR that is relative to where it was started.
    variables = {"GIT_DIR": git_directory} if os.environ.get("GIT_DIR") else {}
    paths = _ask("--git-path hooks", "--git-common-dir", at=top, **variables)
    directory, common = (os.path.join(top, path) for path in paths)

    is_tracked = (
        not is_bare
        and _is_below(directory, top)
        and not _is_below(directory, common)
        and not _is_below(directory, git_directory)
        and not _is_ignored(os.path.join(directory, "pre-commit"), top, variables)
    )
    values = settings()
    setting = values[-1] if values else None
    linked = _has_entries(os.path.join(common, "worktrees"))
    own = os.path.join(common, "hooks")
    return HooksLocation(directory, top, own, setting, is_bare, linked, is_tracked)


def _has_entries(directory: str) -> bool:
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def settings() -> list[HooksPath]:
    """Return the values of core.hooksPath, the one that counts last; outside of any repository too.

    Raises GitError where a configuration file cannot be read.
    """
    done = _complete(*_CONFIG, "--show-scope", *_VALUES)
    if done.returncode != _USAGE:
        return [_setting(*row) for row in _rows(done, "scope", "origin", "value")]

    # Git before 2.26. Each scope is asked for alone; `--worktree` ends in a defect of git where
    # there is no repository, so its values are those of a file that none of the others has.
    scopes = {"command line:": "command"}
    for scope in ("system", "global", "local"):
        own = _complete(*_CONFIG, f"--{scope}", "--includes", *_VALUES)
        if not own.returncode:
            scopes.update((row[0], scope) for row in _rows(own, "origin", "value"))
    rows = _rows(_complete(*_CONFIG, *_VALUES), "origin", "value")
    return [_setting(scopes.get(row[0], "worktree"), *row) for row in rows]


def _rows(done: Completed, *columns: str) -> list[tuple[str, ...]]:
    """Return the answer of `git config -z` in rows of `columns`. Raises GitError."""
    if done.returncode not in (0, 1):  # 1: there is none
        from scanner.git.complaint import complaint  # here: git seldom fails

        raise GitError(f"git could not read its configuration: {complaint(done)}")

    fields = [os.fsdecode(field) for field in done.stdout.split(b"\0")[:-1]]
    number = len(columns)
    if len(fields) % number:
        raise unusable("config", f"{', '.join(columns[:-1])} and {columns[-1]}")
    return list(zip(*(fields[at::number] for at in range(number)), strict=True))


def _setting(scope: str, origin: str, value: str) -> HooksPath:
    return HooksPath(scope, printable(origin.partition(":")[2] or origin), value)


def for_all() -> HooksPath | None:
    """Return the core.hooksPath that counts wherever a repository has none of its own."""
    return next((setting for setting in reversed(settings()) if setting.is_wide), None)


def directory_for_all() -> str:
    """Return keycatch's own directory of hooks for all repositories of the user."""
    # git itself uses XDG_CONFIG_HOME on macOS too.
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".config")
    directory = os.path.join(base, "keycatch", "hooks")
    if not os.path.isabs(directory):
        raise UsageError("there is no home directory: set HOME")  # expanduser left the `~`
    return directory


def is_same(one: str, other: str) -> bool:
    """Return whether two paths are the same directory, which need not exist."""
    return _real(one) == _real(other)


def use_for_all(directory: str) -> None:
    """Set core.hooksPath in the user's configuration; raises GitError."""
    # With these slashes git finds it on Windows too, and prints it back as it is here.
    _change("set", "core.hooksPath", directory.replace(os.sep, "/"))


def use_no_more() -> None:
    """Remove core.hooksPath from the user's configuration; raises GitError.

    It cannot where a file that the configuration includes has the value.
    """
    _change("take out", "--unset", "core.hooksPath")


def _change(what: str, *arguments: str) -> None:
    done = _complete("config", "--global", *arguments)
    if done.returncode:
        from scanner.git.complaint import complaint  # here: git seldom fails

        raise GitError(
            f"git could not {what} core.hooksPath in the user's configuration: {complaint(done)}; "
            "edit it by hand (`git config --show-origin core.hooksPath` shows the file) and run "
            "this again"
        )


def _complete(*command: str, at: str = ".", **variables: str) -> Completed:
    # Without `hooks` git would be asked with core.hooksPath set to /dev/null.
    return complete(command, at, environment(os.environ, **variables), hooks=True)


def _ask(*options: str, at: str = ".", **variables: str) -> list[str]:
    """Return what `git rev-parse` answers to each of some `options`; raises GitError."""
    done = _complete(*questions(*options), at=at, **variables)
    if done.returncode:
        from scanner.git.complaint import complaint  # here: git seldom fails

        raise GitError(f"git could not find a repository here: {complaint(done)}")
    answers = separate(done.stdout)[1]
    if len(answers) != len(options) or not all(answers):
        raise unusable("rev-parse", "facts about a repository")
    return [os.fsdecode(answer) for answer in answers]


def _is_below(path: str, folder: str) -> bool:
    path, folder = _real(path), _real(folder)
    return path == folder or path.startswith(os.path.join(folder, ""))


def _real(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_ignored(path: str, top: str, variables: Mapping[str, str]) -> bool:
    # Through a link git would refuse to look ("beyond a symbolic link").
    real = os.path.relpath(os.path.realpath(path), os.path.realpath(top))
    return not _complete("check-ignore", "-q", "--", real, at=top, **variables).returncode
