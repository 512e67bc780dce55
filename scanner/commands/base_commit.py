"""What decides about the scan of a change: configuration and baseline as they were before it.

A change that could bring its own exclusions, rules or accepted credentials would silence its own
findings. So `ci`, `range` and `receive` read them from the commit that the change is based on,
unless an option names a file.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.errors import ConfigError, RuleError
from scanner.findings import Remark
from scanner.git.process import GitError
from scanner.secret import printable
from scanner.settings import BASELINE_NAME, FILE_NAME, PYPROJECT, Settings, load_at

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.git.repository import Repository
    from scanner.rulebook.model import Rule

_DIGITS: Final = 8
"""Digits of a commit that a person is shown."""


def settings_at(args: argparse.Namespace, commit: str, root: str = "") -> Settings:
    """Return the settings of the `commit`, whose work tree is at `root`; raises ConfigError.

    Where the options `args` name a configuration, or say that there is none, that holds, and only
    the baseline is that of the commit.
    """
    from scanner.commands.liveness_check import check_options
    from scanner.commands.options import load_settings, with_options

    if args.no_config or args.config is not None:
        settings = load_settings(args)
    else:
        check_options(args)
        names = (FILE_NAME, PYPROJECT)
        contents = dict(zip(names, contents_at(commit, names), strict=True))
        settings = load_at(contents.get, root, commit)
        settings = settings._replace(
            rules=tuple(_located(name, root, "rules") for name in settings.rules),
            baseline=_located(settings.baseline, root, "baseline"),
        )
        settings = with_options(args, settings)
    return settings._replace(commit=commit)


def _located(name: str, root: str, key: str) -> str:
    """Return the file `name` of a configuration: within its commit, or else an absolute path.

    Raises ConfigError for a file that is not of the repository where there is no work tree: a push
    could make a server read its own files, and show them in an error.
    """
    if not name or not (os.path.isabs(name) or os.path.normpath(name).startswith(os.pardir)):
        return name
    if not root:
        raise ConfigError(f"{key}: {printable(name)} is not a file of the repository")
    return os.path.join(root, name)


def rules_at(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules under `settings`, rule files read from its commit.

    Raises RuleError or ConfigError.
    """
    from scanner.commands.options import load_rules

    names = [name for name in settings.rules if not os.path.isabs(name)]
    if not names:
        return load_rules(settings)
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="keycatch-") as folder:
        written: dict[str, str] = {}
        for number, name in enumerate(names):
            content = content_at(settings.commit, name, is_required=True)
            path = os.path.join(folder, f"{number}.yaml")
            with open(path, "wb") as file:
                file.write(content or b"")
            written[path] = name

        files = tuple(next((p for p, n in written.items() if n == r), r) for r in settings.rules)
        try:
            rules = load_rules(settings._replace(rules=files))
        except RuleError as error:
            source = f"{written.get(error.source, error.source)} of {settings.commit[:_DIGITS]}"
            raise RuleError(source, error.key, error.reason) from None
        return tuple(rule._replace(origin=written.get(rule.origin, rule.origin)) for rule in rules)


def content_at(commit: str, name: str, *, is_required: bool = False) -> bytes | None:
    """Return the content of the file `name` of the `commit`, or None without one.

    Raises ConfigError if it `is_required`.
    """
    (content,) = contents_at(commit, (name,))
    if content is None and is_required:
        where = f"the commit {commit[:_DIGITS]}, on which the change is based"
        raise ConfigError(f"cannot read {printable(name)}: {where}, has no such file")
    return content


def contents_at(commit: str, names: Sequence[str]) -> list[bytes | None]:
    """Return the contents of the files `names` of the `commit`, None for each that is not there.

    A symbolic link is followed within the commit.
    """
    from scanner.git.repository import Repository

    # A line feed would be another question, and no path leads out of the commit.
    paths = [os.path.normpath(name).replace(os.sep, "/") for name in names]
    asked = ["" if "\n" in path else f"{commit}:{path}" for path in paths]
    question = "".join(f"{each or commit}\n" for each in asked).encode("utf-8", "surrogateescape")
    answer = Repository().answers("cat-file", "--batch", "--follow-symlinks", stdin=question)

    # `OBJECT TYPE SIZE`, the content and a line feed; `... missing`; or for a link that leads out,
    # `symlink SIZE` and where to (git-cat-file(1), "BATCH OUTPUT").
    found: list[bytes | None] = []
    at = 0
    for each in asked:
        end = answer.find(b"\n", at)
        head = answer[at:end].split(b" ")
        at = end + 1
        if end < 0:
            raise GitError(f"git could not read the files of {commit[:_DIGITS]}")
        content = None
        if head[-1].isdigit():
            size = int(head[-1])
            content = answer[at : at + size]
            at += size + 1
        is_file = len(head) == 3 and head[1] == b"blob" and each
        found.append(content if is_file else None)
    return found


def base_of(repository: Repository, include: Sequence[str], exclude: Sequence[str]) -> str:
    """Return the commit whose configuration and baseline decide about a change.

    `exclude` are the commits that the change is compared with, `include` those that it has. Where
    it is compared with nothing, as everything that a branch has, there is no change: what the
    branch itself says holds.
    """
    commits = [name for name in exclude if repository.is_name(name)]
    return (commits or list(include))[0]


def altered(
    repository: Repository,
    base: str,
    heads: Sequence[str],
    settings: Settings,
    args: argparse.Namespace,
) -> tuple[Remark, ...]:
    """Return remarks on what the change from `base` to `heads` alters of what decides about it."""
    config = _inside(args.config, repository) if args.config else settings.origin
    baseline = _inside(args.baseline, repository) if args.baseline else settings.baseline
    baselines = {name for name in (BASELINE_NAME, baseline) if name and not os.path.isabs(name)}
    configs = {FILE_NAME, config, *settings.rules}
    configs = {name for name in configs if name and not os.path.isabs(name)} | {PYPROJECT}

    changed: set[str] = set()
    for head in heads:
        if head != base:
            changed |= _changed(repository, base, head, sorted(configs | baselines))

    found = []
    for reason, noun, own in (
        ("baseline-altered", "baseline", sorted(changed & baselines)),
        ("configuration-altered", "configuration", sorted(changed & configs)),
    ):
        if own:
            used = _used(args, noun, base)
            said = f"this change alters the {noun} ({', '.join(own)}); {used} applies"
            found.append(Remark(reason, said, tuple((name, 0) for name in own)))
    return tuple(found)


def _changed(repository: Repository, base: str, head: str, names: Sequence[str]) -> set[str]:
    """Return those of the files `names` that the change from `base` to `head` alters."""
    if not _different(repository, base, head, names):
        return set()  # to look for where the two part can mean to read half of a history

    # What the change did, and not what its base has got since: from where the two part.
    start = next(iter(repository.names("merge-base", base, head)), base)
    changed = _different(repository, start, head, names)
    if PYPROJECT in changed and _table(start) == _table(head):
        changed.discard(PYPROJECT)  # it has much that is not for keycatch
    return changed


def _different(repository: Repository, one: str, other: str, names: Sequence[str]) -> set[str]:
    """Return those of the files `names` that are not the same in two commits."""
    command = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other)
    listed = repository.answers("--literal-pathspecs", *command, "--", *names)
    return {os.fsdecode(name) for name in listed.split(b"\0") if name}


def _table(commit: str) -> Settings | str:
    """Return what the table in the `pyproject.toml` of `commit` sets, or why it is not usable."""
    try:
        found = load_at({PYPROJECT: content_at(commit, PYPROJECT)}.get, "", "")
    except ConfigError as error:
        return str(error)
    return found._replace(origin="")


def _used(args: argparse.Namespace, noun: str, base: str) -> str:
    """Return which `noun`, baseline or configuration, decides about the change."""
    is_baseline = noun == "baseline"
    if args.no_baseline if is_baseline else args.no_config:
        return "none"
    if args.baseline if is_baseline else args.config:
        return "the one given as an option"
    return f"that of its base, {base[:_DIGITS]},"


def _inside(path: str, repository: Repository) -> str:
    """Return `path` from the root of the work tree, or an absolute path outside of it."""
    from scanner.git.work_tree import find_work_tree

    root = find_work_tree(repository.directory)
    full = os.path.abspath(path)
    if root and full.startswith(os.path.join(root, "")):
        return full[len(os.path.join(root, "")) :].replace(os.sep, "/")
    return full
