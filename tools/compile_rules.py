"""Write everything that is made from the rule files.

That is `scanner/rulebook/shipped.py` for scans, `rules/response.json` for `keycatch respond`, the
pages in `docs/rules/`, and the tables of rules in README.md and docs/README.md.

    python tools/compile_rules.py
    python tools/compile_rules.py --check   # write nothing; exit 1 if anything is not current

The output depends on the rule files alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import compile_response  # noqa: E402
from required_words import required_words  # noqa: E402

from scanner.errors import RuleError  # noqa: E402
from scanner.kinds.examples import described  # noqa: E402
from scanner.rulebook.compiled import pack  # noqa: E402
from scanner.rulebook.loading import shipped_files  # noqa: E402

if TYPE_CHECKING:
    from scanner.rulebook.checking import RuleFile

SHARED: Final = ROOT / "rules" / "response"
TABLES: Final = {"README.md": "docs/rules", "docs/README.md": "rules"}
"""Pages with a table of the rules between two comments, and the way to the rule pages from each."""

GROUPS: Final = {
    "access-keys": "Access keys",
    "service-keys": "Keys of single services",
    "tokens": "Tokens that expire, and signed URLs",
    "other": "Private keys and other Amazon credentials",
}
"""The rows of these tables, by the `group` of a rule; the most dangerous come first."""

HEADINGS: Final = (
    "What it is",
    "Why it matters",
    "How it is recognised",
    "Examples",
    "What to do",
    "References",
)


_MODULE: Final = '''"""The shipped rules: written by tools/compile_rules.py from rules/*.yaml.

Each has the fields of `scanner.rulebook.model.Rule`; an anchor is those of `Anchor` in order.
"""

# fmt: off
# ruff: noqa: E501
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RULES: tuple[dict[str, Any], ...] = (
'''


def compiled_text(files: list[RuleFile]) -> str:
    """Return the content of `scanner/rulebook/shipped.py`: one line for each field of a rule."""
    lines = []
    for file in files:
        rule = file.rule._replace(needs=required_words(file.rule))
        fields = sorted(pack(rule).items())
        lines += [
            "    {\n",
            *(f"        {key!r}: {value!r},\n" for key, value in fields),
            "    },\n",
        ]
    return f"{_MODULE}{''.join(lines)})\n"


def page(file: RuleFile) -> str:
    """Return the documentation page of a rule, as Markdown."""
    rule = file.rule
    origin = (
        f"derived from {', '.join(f'[`{base}`]({base}.md)' for base in rule.derived_from)}"
        if rule.derived_from
        else f"judged by the kind `{rule.kind}`"
    )
    sections = (
        rule.summary,
        rule.why,
        file.recognised,
        _examples(file),
        "\n".join(f"{number}. {step}" for number, step in enumerate(rule.remediation, 1)),
        "\n".join(f"- <{address}>" for address in rule.references),
    )
    head = (
        f"<!-- Made from rules/{rule.id}.yaml by tools/compile_rules.py; edit that file. -->\n"
        f"# {rule.name}\n\n"
        f"`{rule.id}`: severity {rule.severity.label}, confidence {rule.confidence.label}, "
        f"{', '.join(rule.cwe)}; {origin}.\n"
    )
    parts = [f"## {title}\n\n{text}\n" for title, text in zip(HEADINGS, sections, strict=True)]
    return "\n".join([head, *parts])


def _examples(file: RuleFile) -> str:
    every = (*file.examples.match, *file.examples.no_match)
    apart = " `<>` only keeps the halves of a value apart." if "{{}}" in "".join(every) else ""
    return (
        f"`<name>` is in the place of a made-up value; `keycatch rules example {file.rule.id}` "
        f"prints one.{apart}\n\nReported:\n\n{_listing(file.examples.match)}\n\n"
        f"Not reported by this rule:\n\n{_listing(file.examples.no_match)}"
    )


def _listing(examples: tuple[str, ...]) -> str:
    return "\n\n".join(f"```text\n{described(example, '<>')}\n```" for example in examples)


_TABLE: Final = re.compile(r"(?s)(<!-- rules: .*? -->\n).*?(<!-- end of rules -->\n)")


def with_table(text: str, files: list[RuleFile], pages: str) -> str:
    """Return the page `text` with a current table of the rules between its two comments.

    `pages` is the directory of the rule pages, relative to the page. Raises RuleError for a rule
    that belongs to no group of the table.
    """
    rows: dict[str, list[str]] = {group: [] for group in GROUPS}
    for file in sorted(files, key=lambda file: (-file.rule.severity, file.rule.id)):
        rule = file.rule
        if file.group not in rows:
            raise RuleError(
                f"rules/{rule.id}.yaml", "group", f"has to be one of {', '.join(GROUPS)}"
            )
        rows[file.group].append(f"[{rule.name}]({pages}/{rule.id}.md)")

    lines = [f"| {GROUPS[group]} | {', '.join(links)} |\n" for group, links in rows.items()]
    table = "".join(["| | rules |\n|---|---|\n", *lines])
    return _TABLE.sub(lambda found: f"{found[1]}{table}{found[2]}", text)


def outputs(root: Path) -> dict[Path, str]:
    """Return the content of every file below `root` that is made from the rule files."""
    files = [file for _, file in shipped_files()]
    made = {
        root / "scanner" / "rulebook" / "shipped.py": compiled_text(files),
        root / "rules" / "response.json": compile_response.compiled_text(files, str(SHARED)),
    }
    for file in files:
        made[root / "docs" / "rules" / f"{file.rule.id}.md"] = page(file)
    for name, pages in TABLES.items():
        made[root / name] = with_table((root / name).read_text("utf-8"), files, pages)
    return made


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the tool on the checkout `root`; returns its exit code."""
    parser = argparse.ArgumentParser(description="Write what is made from the rule files.")
    parser.add_argument("--check", action="store_true", help="write nothing, list what is stale")
    options = parser.parse_args(arguments)
    try:
        made = outputs(root)
    except RuleError as error:
        print(error, file=sys.stderr)
        return 1

    stale = [path for path, text in made.items() if not _is(path, text)]
    left_over = [
        path for path in sorted((root / "docs" / "rules").glob("*.md")) if path not in made
    ]

    for path in stale:
        print(f"{'stale' if options.check else 'writing'}: {path.relative_to(root)}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8", newline="\n")

    for path in left_over:
        print(f"{'left over' if options.check else 'deleting'}: {path.relative_to(root)}")
        if not options.check:
            path.unlink()

    return 1 if options.check and (stale or left_over) else 0


def _is(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main())
