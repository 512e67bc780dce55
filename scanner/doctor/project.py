"""The project: its configuration and baseline, and what a scan of it reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scanner import rulebook
from scanner.doctor.interface import NOTE, OK, PROBLEM, Result
from scanner.errors import KeycatchError
from scanner.findings import Tally, threshold_name
from scanner.git.process import GitError
from scanner.git.work_tree import find_work_tree, ignored_by
from scanner.reports.wording import plural, reason_name
from scanner.secret import printable
from scanner.settings import BASELINE_NAME, FILE_NAME, PYPROJECT, Exclusion, Settings, load

if TYPE_CHECKING:
    from collections.abc import Iterator


def results(today: str) -> Iterator[Result]:
    """Yield what is found about the project of the current directory, on the day `today`."""
    root = find_work_tree(".") or os.getcwd()
    try:
        settings = load(None)
        rules = rulebook.load_rules(settings.rules, settings.disable)
    except KeycatchError as error:
        fix = "edit the file: docs/configuration.md and docs/writing-rules.md have every key"
        yield Result(PROBLEM, "configuration", str(error), fix)
        settings = Settings(directory=root)
    else:
        yield from _configuration(root, settings, len(rules))
    yield from _baseline(root, settings, today)
    yield from _content(root, settings)


def _configuration(root: str, settings: Settings, rules: int) -> Iterator[Result]:
    if not settings.origin:
        said = f"none ({FILE_NAME} or [tool.keycatch] in {PYPROJECT} would be one): defaults, "
        yield Result(OK, "configuration", f"{said}{plural(rules, 'rule')}")
        return
    file = _relative(root, settings.origin)
    said = f"{file}: fail-on {threshold_name(settings.fail_on)}, {plural(rules, 'rule')}"
    own = f", {len(settings.rules)} rule files of your own" if settings.rules else ""
    yield Result(OK, "configuration", f"{said}{own}")
    if settings.disable:
        yield Result(NOTE, "configuration", f"{file} disables {', '.join(settings.disable)}")
    if os.path.basename(settings.origin) == FILE_NAME and _has_table(root):
        said = f"[tool.keycatch] in {PYPROJECT} has no effect next to {FILE_NAME}"
        yield Result(PROBLEM, "configuration", said, f"move its keys to {FILE_NAME}")
    yield from _not_shared(root, settings.origin, "configuration")


def _has_table(root: str) -> bool:
    try:
        return bool(load(os.path.join(root, PYPROJECT)).origin)
    except KeycatchError:
        return False


def _baseline(root: str, settings: Settings, today: str) -> Iterator[Result]:
    path = settings.baseline or os.path.join(root, BASELINE_NAME)
    if not settings.baseline and not os.path.lexists(path):
        yield Result(OK, "baseline", f"none ({BASELINE_NAME} would be one): everything is reported")
        return
    from scanner.baseline.baseline_file import read

    name = _relative(root, path)
    try:
        entries = read(path, name).entries
    except KeycatchError as error:
        yield Result(PROBLEM, "baseline", str(error), f"git checkout -- {name}, or edit the file")
        return
    accepted = plural(len(entries), "credential")
    effect = "which is not reported" if len(entries) == 1 else "which are not reported"
    yield Result(OK, "baseline", f"{name} accepts {accepted}, {effect}")
    expired = sum(entry.is_expired(today) for entry in entries)
    if expired:
        said = f"{expired:,} of its entries have expired: their credentials are reported again"
        yield Result(PROBLEM, "baseline", said, "keycatch baseline check")
    yield from _not_shared(root, path, "baseline")


def _not_shared(root: str, path: str, topic: str) -> Iterator[Result]:
    """Yield a problem where git ignores a file that everybody who scans should have."""
    try:
        pattern = ignored_by(path, root) if os.path.exists(os.path.join(root, ".git")) else ""
    except GitError:
        return
    if pattern:
        name = _relative(root, path)
        said = f"git ignores {name} ({pattern}), so nobody else has it"
        yield Result(PROBLEM, topic, said, f"git add -f {name}")


def _content(root: str, settings: Settings) -> Iterator[Result]:
    from scanner.sources import tree

    tally = Tally()
    paths = [blob.path for blob in tree.blobs([root], tally)]
    patterns = {
        pattern: Exclusion(settings._replace(exclude=(pattern,))) for pattern in settings.exclude
    }
    found = {
        pattern: [path in exclusion for path in paths] for pattern, exclusion in patterns.items()
    }
    excluded = sum(map(any, zip(*found.values(), strict=True))) if found else 0
    ignored = tally.skipped.pop("ignored-by-git", 0)
    tally.skipped.pop("git-directory", 0)

    said = f"{plural(len(paths) - excluded, 'file')} of {plural(len(paths), 'file')}"
    if not paths:
        fix = "keycatch scan --no-ignore" if ignored else "add a file, or name another directory"
        yield Result(PROBLEM, "scan", "there is no file to scan", fix)
    else:
        yield Result(OK, "scan", f"`keycatch scan` reads {said} below {printable(root)}")
    for pattern, matches in found.items():
        said = f"exclude {printable(pattern)}: {plural(sum(matches), 'file')}"
        if any(matches):
            yield Result(NOTE, "scan", said)
        else:
            fix = f"remove it from {_relative(root, settings.origin)}, or correct it"
            yield Result(PROBLEM, "scan", f"exclude {printable(pattern)} matches no file", fix)
    if ignored:
        said = f"git ignores {plural(ignored, 'file or directory', 'files or directories')}"
        yield Result(NOTE, "scan", said, "keycatch scan --no-ignore")
    for reason, number in sorted(tally.skipped.items()):
        fix = "git submodule update --init" if "submodule" in reason else "keycatch scan -v"
        yield Result(NOTE, "scan", f"not read: {reason_name(reason)} ({number:,})", fix)


def _relative(root: str, path: str) -> str:
    base = os.path.join(root, "")
    return printable(path.removeprefix(base))
