"""The command `accuracy`: what keycatch and other scanners find in labelled cases.

All cases of a seed are one tree, each in a directory of its own. Every scanner scans the tree once;
its findings are attributed to cases by their paths. With `--harmless` the tree holds thousands of
hashes, ciphertexts and encoded files instead, of which nothing may be reported. `--misses` prints
what keycatch got wrong, with the values cut.
"""

from __future__ import annotations

import os
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.findings import scan
from bench.inputs.labelled.generate import generate, write_tree
from bench.inputs.labelled.masses import MASSES, mass_cases
from bench.installed import find_peers, keycatch
from bench.machine import available_cores, load, say
from bench.options import add_jobs, add_json, add_number, add_peers, add_seed
from bench.process import place_in
from bench.report import Subject, Table, publish
from bench.scoring import Score, by_case, judge, score
from bench.tools import KEYCATCH, Target
from scanner.errors import KeycatchError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from bench.inputs.labelled.case import Case
    from bench.process import Cost
    from bench.scoring import Found, Verdict

_SHOWN: Final = 400
"""Characters of a file that are shown for a miss."""
_LIMIT: Final = 1800
"""Seconds: secretlint takes ten minutes for the cases on a machine that is not its own."""
_KEPT: Final = 4
"""Characters of a value that are shown."""


def configure(commands: Any) -> None:
    """Add `accuracy` to the subparsers `commands`."""
    parser = commands.add_parser("accuracy", help="what is found in labelled cases")
    parser.set_defaults(run=_accuracy)
    add_seed(parser)
    add_peers(parser, Target.LABELLED, "all that are installed")
    add_jobs(parser)
    parser.add_argument(
        "--only", metavar="KIND/PLACE/ENCODING", default="",
        help="only cases with these; a part may be empty or a pattern such as pair*",
    )  # fmt: skip
    parser.add_argument(
        "--harmless", action="store_true",
        help="instead of the cases, thousands of password hashes, encrypted files and the like",
    )  # fmt: skip
    add_number(parser, "--limit", _LIMIT, "stop a peer after so many seconds", "SECONDS")
    parser.add_argument("--misses", action="store_true", help="print what keycatch gets wrong")
    parser.add_argument("--keep", metavar="DIRECTORY", help="write the tree there and keep it")
    add_json(parser)


def _accuracy(args: argparse.Namespace) -> int:
    jobs = args.jobs or available_cores()
    made = mass_cases(args.seed) if args.harmless else generate(args.seed)
    cases = [case for case in made if _wanted(case, args.only)]
    if not cases:
        raise KeycatchError(f"there is no case {args.only}")
    peers = find_peers(args.peers, Target.LABELLED)

    loads = [load("at the start")]
    rows, verdicts, stopped, found = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        base = Path(work)
        place = place_in(base, jobs)
        root = Path(os.path.abspath(args.keep or base / "tree"))
        if root.exists():
            raise KeycatchError(f"{root} exists")
        write_tree(cases, root)
        for scanner in (keycatch(), *peers):
            say(f"scanning with {scanner.name}")
            own = scanner.tool is KEYCATCH
            findings, cost = scan(scanner, root, place, 0 if own else args.limit)
            if cost.stopped:
                stopped.append(f"{scanner.name} {scanner.version}".strip())
                continue
            groups = by_case(cases, findings)
            found.append((scanner.name, groups))
            judged = [
                judge(case, group, exact=own) for case, group in zip(cases, groups, strict=True)
            ]
            if own:
                verdicts, kept = judged, groups
            rows.append((scanner.name, scanner.version, score(cases, judged), cost))

    if args.misses:
        for line in misses(cases, verdicts, kept):
            print(line)
    about = {"cases": Subject(f"{len(cases):,}, seed {args.seed}", {"cases": len(cases)})}
    notes = [f"{name} was stopped after {args.limit} seconds: no row" for name in stopped]
    tables = (
        [_costs(rows, notes), harmless_table(cases, found)]
        if args.harmless
        else [_table(rows, notes), _weak(cases, verdicts)]
    )
    publish(
        tables,
        jobs=jobs,
        about=about,
        loads=loads,
        json_file=args.json,
    )
    return 0


def _wanted(case: Case, only: str) -> bool:
    parts = (*only.split("/"), "", "")[:3]
    return all(
        fnmatchcase(have, part or "*")
        for have, part in zip((case.kind, case.place, case.encoding), parts, strict=True)
    )


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f} %)" if whole else "0"


def _costs(rows: Sequence[tuple[str, str, Score, Cost]], notes: Sequence[str]) -> Table:
    header = ("", "files with an alarm", "wall s", "CPU s")
    cells = [
        (f"{name} {version}", f"{total.alarms:,}", f"{cost.wall:.2f}", f"{cost.cpu:.2f}")
        for name, version, total, cost in rows
    ]
    figures = [
        {
            "name": name,
            "version": version,
            "alarms": total.alarms,
            "wall": cost.wall,
            "cpu": cost.cpu,
        }
        for name, version, total, cost in rows
    ]
    return Table(
        "harmless", "Harmless files in which something is reported", header, cells, figures, notes
    )


def harmless_table(
    cases: Sequence[Case], found: Sequence[tuple[str, Sequence[Sequence[Found]]]]
) -> Table:
    """Return how many findings of each scanner there are in each kind, at medium or above."""
    names = [name for name, _ in found]
    rows: dict[str, dict[str, Any]] = {}
    for number, case in enumerate(cases):
        row = rows.setdefault(
            case.kind, {"kind": case.kind, "files": 0, "values": 0, **dict.fromkeys(names, 0)}
        )
        row["files"] += 1
        row["values"] += MASSES[case.kind].values
        for name, groups in found:
            row[name] += sum(each.confidence != "low" for each in groups[number])
    cells = [
        (kind, *(f"{count:,}" for name, count in row.items() if name != "kind"))
        for kind, row in rows.items()
    ]
    header = ("", "files", "values", *names)
    return Table("alarms", "False alarms, at medium or above", header, cells, [*rows.values()])


def _table(rows: Sequence[tuple[str, str, Score, Cost]], stopped: Sequence[str]) -> Table:
    header = (
        "", "found whole", "values recovered", "right place", "anything", "something else too",
        "false alarms", "others' credentials", "wall s", "CPU s",
    )  # fmt: skip
    cells = [
        (
            f"{name} {version}",
            *(
                _share(getattr(total, part), total.positives)
                for part in ("whole", "recovered", "placed", "anything", "strays")
            ),
            _share(total.alarms, total.harmless),
            _share(total.reported, total.foreign),
            f"{cost.wall:.2f}",
            f"{cost.cpu:.2f}",
        )
        for name, version, total, cost in rows
    ]
    total = rows[0][2]
    figures = [
        {"name": name, "version": version, "score": scored, "wall": cost.wall, "cpu": cost.cpu}
        for name, version, scored, cost in rows
    ]
    title = (
        f"Found in {total.positives:,} cases with a credential, {total.harmless:,} harmless ones "
        f"and {total.foreign:,} with a credential of others"
    )
    notes = (
        "one scan each, right after one another; keycatch: at least medium confidence",
        *stopped,
    )
    return Table("accuracy", title, header, cells, figures, notes)


def _weak(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> Table:
    """Return the table of the kinds, places and encodings in which keycatch misses most."""
    counts: dict[tuple[str, str], list[int]] = {}
    for case, verdict in zip(cases, verdicts, strict=True):
        wrong = bool(verdict.false) or (
            bool(case.expected) and not (verdict.whole and verdict.placed)
        )
        for name in ("kind", "place", "encoding"):
            count = counts.setdefault((name, getattr(case, name)), [0, 0])
            count[0] += wrong
            count[1] += 1
    worst = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    rows = [
        {"of": name, "name": value, "wrong": wrong, "cases": total}
        for (name, value), (wrong, total) in worst
        if wrong
    ]
    cells = [(f"{row['of']}: {row['name']}", f"{row['wrong']}", f"{row['cases']}") for row in rows]
    return Table("wrong", "Where keycatch is wrong", ("", "wrong", "cases"), cells, rows)


def misses(
    cases: Sequence[Case], verdicts: Sequence[Verdict], groups: Sequence[Sequence[Found]]
) -> Iterator[str]:
    """Yield what keycatch got wrong, a paragraph for each case, with values cut."""
    for number, (case, verdict, findings) in enumerate(zip(cases, verdicts, groups, strict=True)):
        what = []
        if case.expected and not verdict.whole:
            what.append("values found, not whole" if verdict.recovered else "missed")
        elif case.expected and not verdict.placed:
            what.append("wrong place")
        if verdict.false:
            what.append("something else reported" if case.expected else "false alarm")
        if not what:
            continue

        yield f"== {number} {', '.join(what)}: {case.label}"
        for found in findings:
            shown = ", ".join(_cut(value) for value in found.values)
            places = ", ".join(f"{line}:{column}" for _, line, column in found.places)
            yield f"   found {found.rule} {found.confidence} {shown} at {places}"
        for file in case.files:
            labels = ", ".join(
                f"{role} {place.first[0]}:{place.first[1]}"
                for role, places in file.places.items()
                for place in places
            )
            expected = (labels or "any place") if case.expected else "nothing"
            yield f"   file {file.name}, expected {expected}"
            yield "   | " + _redacted(case, file.content).replace("\n", "\n   | ")


def _cut(value: str) -> str:
    return value if len(value) < 2 * _KEPT else f"{value[:_KEPT]}****{value[-2:]}"


def _redacted(case: Case, content: bytes) -> str:
    text = content.decode("utf-8", "backslashreplace")
    for value in (*case.values.values(), *case.besides):
        text = text.replace(value, _cut(value))
    text = "".join(
        character if character == "\n" or character.isprintable() else f"\\x{ord(character):02x}"
        for character in text
    )
    return text if len(text) <= _SHOWN else text[:_SHOWN] + f"... ({len(text)} characters)"
