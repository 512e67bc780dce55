"""What `keycatch baseline import` does: entries from the file of another scanner."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from scanner.baseline.baseline_file import MAX_BYTES, added
from scanner.baseline.carry_over import Found, carry_over, relative
from scanner.baseline.imports import IMPORTERS, importer, read
from scanner.baseline.imports.interface import Content
from scanner.commands.baseline_actions import end, entries, known, scanned, write
from scanner.engine.examine import Examiner
from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.reports.wording import plural
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from scanner.baseline.imports.interface import Claim
    from scanner.commands.baseline_actions import Project
    from scanner.findings import Finding

_LARGEST_BLOB: Final = 16 << 20
"""Bytes of a version of a file in which a claim is looked up."""


def take(args: argparse.Namespace) -> int:
    """Add what the file of another scanner accepts; return the exit code. Raises KeycatchError."""
    content = Content(_content(args.file), args.file, named=bool(args.origin))
    chosen = (args.origin,) if args.origin else tuple(IMPORTERS)
    result = read(content, chosen)
    if result is None:
        tools = importer(args.origin).name if args.origin else ", ".join(sorted(IMPORTERS))
        raise KeycatchError(
            f"cannot import {printable(args.file)}: it is not a file of {tools}; "
            "see `keycatch baseline import --help`"
        )
    name, imported = result

    project = scanned(args)
    baseline = known(project)
    in_commits = _in_commits(imported.claims, project)
    found = Found(project.findings, in_commits)
    accepted, lost = carry_over(imported.claims, found, project.root)
    for reason, number in lost.items():
        imported.lose(reason, number)

    reasons = {key: reason for key, (_, reason) in accepted.items()}
    ordered = sorted((finding for finding, _ in accepted.values()), key=lambda f: f.fingerprint)
    new = [
        entry._replace(reason=args.reason or reasons[entry.fingerprint] or f"imported from {name}")
        for entry in entries(ordered, project.rules, args)
    ]
    changed = added(baseline, new)
    number = len(changed.lines) - len(baseline.lines)
    if changed.lines:
        write(project, changed)
    _report(args, project, name, number, len(accepted) - number, imported.lost)
    return end(project)


def _report(
    args: argparse.Namespace,
    project: Project,
    name: str,
    number: int,
    there: int,
    lost: dict[str, int],
) -> None:
    if args.quiet:
        return
    also = f", {there:,} already there" if there else ""
    print(f"imported {plural(number, 'credential')} from {name} into {project.shown}{also}")
    if lost:
        print(f"not carried over: {sum(lost.values()):,}")
        for reason, count in sorted(lost.items(), key=lambda item: (-item[1], item[0])):
            print(f"  {count:>6,}  {reason}")
    if number:
        print(f"next: review it, then `git add {project.shown}` and commit it")


def _content(path: str) -> bytes:
    try:
        content = read_regular(path, MAX_BYTES + 1, pipes=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(f"cannot read {printable(path)}: {reason}") from None
    if len(content) > MAX_BYTES:
        raise KeycatchError(f"cannot import {printable(path)}: it is larger than 64 MiB")
    if b"\0" in content or not content.strip():
        what = "empty" if not content.strip() else "not text"
        raise KeycatchError(f"cannot import {printable(path)}: it is {what}")
    return content


def _in_commits(claims: Iterable[Claim], project: Project) -> dict[tuple[str, str], list[Finding]]:
    """Return what is found in each version of a file that a claim names, by commit and path."""
    wanted = dict.fromkeys(
        (claim.commit, relative(claim.path, project.root))
        for claim in claims
        if claim.commit and claim.path and "\n" not in claim.path
    )
    wanted = {key: None for key in wanted if not key[0].strip("0123456789abcdef")}
    if not wanted:
        return {}
    from scanner.git.objects import ObjectReader
    from scanner.git.process import GitError
    from scanner.git.repository import Repository

    try:
        repository = Repository(project.root)
    except GitError:
        return {}
    asked = "".join(f"{commit}:{path}\n" for commit, path in wanted)
    command = ("cat-file", "--batch-check=%(objectname) %(objecttype)")
    answer = repository.answers(*command, stdin=asked.encode("utf-8", "surrogateescape"))
    names = {}
    for key, line in zip(wanted, answer.splitlines(), strict=False):
        name, _, kind = line.decode("utf-8", "replace").partition(" ")
        if kind == "blob":
            names[key] = name

    examiner = Examiner(project.rules, largest=project.largest)
    found: dict[tuple[str, str], list[Finding]] = {}
    if names:
        with closing(ObjectReader(repository, list(names.values()))) as reader:
            for key in names:
                size = reader.next_size()
                if size is not None and size <= _LARGEST_BLOB:
                    data = b"".join(iter(lambda: reader.read(_LARGEST_BLOB), b""))
                    found[key] = examiner.examine(key[1], data).findings
    return found
