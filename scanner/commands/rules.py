"""`keycatch rules`: list the rules, show one, print an example, test the examples."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from scanner.errors import UsageError
from scanner.files import read_regular
from scanner.findings import Confidence
from scanner.rulebook import load_rules, unknown_rule
from scanner.secret import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from scanner.rulebook.model import Rule

_LABEL_WIDTH: Final = 12
"""Columns: the longest label is `derived from`."""
_TRY: Final = "keycatch rules example aws-access-key-pair | keycatch scan -"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.epilog = f"A first try: `{_TRY}`"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="list the rules, one line for each")
    show = actions.add_parser("show", help="show everything about one rule")
    show.add_argument("rule_id", metavar="ID", help="the ID of the rule")
    show.add_argument("--yaml", action="store_true", help="print the rule file")
    example = actions.add_parser(
        "example",
        help="print made-up values that the rule reports",
        description="Print made-up values that the rule reports, to try keycatch with.",
        epilog=f"For example: `{_TRY}`",
    )
    example.add_argument("rule_id", metavar="ID", help="the ID of the rule")
    test = actions.add_parser("test", help="scan the examples of the rules and check the findings")
    test.add_argument("files", metavar="FILE", nargs="*", help="your own rule files")

    for action in (listing, show, example):
        action.add_argument(
            "--rules",
            dest="files",
            metavar="FILE",
            action="append",
            default=[],
            help="your own rule file; may be given more than once",
        )


def run(args: argparse.Namespace) -> int:
    """Run the command; returns the exit code. Raises RuleError and UsageError."""
    if args.action == "list":
        return _list(load_rules(args.files, ()))
    if args.action == "show":
        return _show(_named(args), as_yaml=args.yaml)
    if args.action == "example":
        return _example(_named(args))
    return _test(args.files)


def _list(rules: Sequence[Rule]) -> int:
    head = ("ID", "SEVERITY", "CONFIDENCE", "WHAT")
    rows = [head, *((r.id, r.severity.label, r.confidence.label, r.name) for r in rules)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, printable(row[3])]))
    return 0


def _named(args: argparse.Namespace) -> Rule:
    by_id = {rule.id: rule for rule in load_rules(args.files, ())}
    rule = by_id.get(args.rule_id.lower())
    if rule is None:
        raise UsageError(unknown_rule(printable(args.rule_id), by_id))
    return rule


def _show(rule: Rule, *, as_yaml: bool) -> int:
    if as_yaml:
        sys.stdout.write(read_regular(_path_of(rule)).decode("utf-8"))
        return 0

    from scanner.about import rule_page
    from scanner.rulebook.loading import load_file

    file_content = load_file(_path_of(rule), shipped=not rule.origin)
    is_tried = bool(file_content.examples.match)
    lines = [
        rule.name,
        "",
        _field("id", rule.id),
        _field("severity", rule.severity.label),
        _field("confidence", rule.confidence.label),
        _field("role", rule.role),
        _field("kind", rule.kind),
        _field("anchors", ", ".join(_anchors(rule))),
        _field("pattern", rule.pattern),
        _field("derived from", ", ".join(rule.derived_from)),
        _field("cwe", ", ".join(rule.cwe)),
        _field("page", "" if rule.origin else rule_page(rule.id)),
        _field("file", rule.origin),
        *_section("What it is", [rule.summary]),
        *_section("Why it matters", rule.why.splitlines()),
        *_section("How it is recognised", file_content.recognised.splitlines()),
        *_section("Reported, for example", _indented(file_content.examples.match)),
        *_section("Not reported", _indented(file_content.examples.no_match)),
        *_section(
            "Try it", [f"keycatch rules example {rule.id} | keycatch scan -"] if is_tried else []
        ),
        *_section("What to do", [f"{n}. {step}" for n, step in enumerate(rule.remediation, 1)]),
        *_section("References", rule.references),
    ]
    print("\n".join(printable(line) for line in lines if line is not None))
    return 0


def _field(label: str, value: str) -> str | None:
    return f"{label + ':':<{_LABEL_WIDTH + 1}} {value}" if value else None


def _section(title: str, lines: Iterable[str]) -> list[str]:
    content = list(lines)
    return ["", title, *(f"  {line}" for line in content)] if content else []


def _example(rule: Rule) -> int:
    from scanner.kinds.examples import expand
    from scanner.rulebook.loading import load_file

    examples = load_file(_path_of(rule), shipped=not rule.origin).examples.match
    if not examples:
        raise UsageError(
            f"the rule {rule.id} has no example: add one under examples.match in "
            f"{printable(rule.origin)}"
        )
    # The first one, with the values that `keycatch rules test` makes up for it.
    text = expand(examples[0], f"{rule.id}/match/1")
    print("\n".join(printable(line) for line in text.splitlines()))
    return 0


def _indented(examples: Iterable[str]) -> list[str]:
    from scanner.kinds.examples import described

    lines: list[str] = []
    for example in examples:
        first, *others = described(example).splitlines()
        lines += [f"- {first}", *(f"  {line}" for line in others)]
    return lines


def _anchors(rule: Rule) -> list[str]:
    return [
        f"a run of {anchor.run} base64 characters"
        if anchor.run
        else anchor.literal.decode("utf-8", "backslashreplace")
        for anchor in rule.anchors
    ]


def _path_of(rule: Rule) -> str:
    from scanner.rulebook.files import data_path

    return rule.origin or data_path(f"{rule.id}.yaml")


def _test(files: Sequence[str]) -> int:
    from scanner.rulebook.loading import load_file, shipped_files

    rules = load_rules(files, ())
    contents = [content for _, content in shipped_files()]
    contents += [load_file(path) for path in files]

    tried = 0
    failures: list[str] = []
    for content in contents:
        for kind, templates in content.examples._asdict().items():
            for number, template in enumerate(templates, 1):
                tried += 1
                problem = _try(content.rule.id, kind, number, template, rules)
                if problem:
                    failures.append(f"{content.rule.id}: example {number} of {kind}: {problem}")

    for failure in failures:
        print(failure)
    without = [content.rule.id for content in contents if not content.examples.match]
    for rule_id in without:
        print(f"{rule_id}: has no example that matches, so nothing was tested")
    print(f"{tried} examples of {len(contents)} rules, {len(failures)} failed")
    return 1 if failures or without else 0


def _try(rule_id: str, kind: str, number: int, template: str, rules: Sequence[Rule]) -> str:
    """Scan one example; return what is wrong with the result, or an empty string."""
    from scanner.engine import scan_bytes
    from scanner.kinds.examples import expand

    text = expand(template, f"{rule_id}/{kind}/{number}")
    findings = scan_bytes(os.fsencode(text), "example", rules)
    found = [finding for finding in findings if finding.rule_id == rule_id]
    if kind == "match" and not found:
        others = sorted({finding.rule_id for finding in findings})
        return f"not found{'; found instead: ' + ', '.join(others) if others else ''}"
    if kind == "no_match" and any(f.confidence >= Confidence.MEDIUM for f in found):
        return "found, but should not be"
    return ""
