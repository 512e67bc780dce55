"""Write what repeats the members of a family: its registry, and its table in the documentation.

    python tools/register.py           # after a member was added, renamed or removed
    python tools/register.py --check   # write nothing; exit 1 if anything is not current

A report format is a module of `scanner/reports/` with a `FORMAT`, a decoder one of
`scanner/decoders/` with a `DECODER`. They are looked for here, and named in a table in the package,
so that a scan that starts lists no directory and imports no more than it needs. What is in a table
keeps its place, since decoders are asked in its order; what is new goes to the end.
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, not what may be installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Family(NamedTuple):
    """A package whose members declare themselves."""

    package: str
    member: str
    """The name of the variable by which a module is a member."""
    entry: Callable[[str, Any], str]
    """(module, member) to its line in the registry."""
    row: Callable[[str, Any], str]
    """(module, member) to its row in the documentation."""
    page: str
    head: str
    """The line under the head of the table in `page`."""


def _format_row(module: str, made: Any) -> str:
    return f"| `{made.name}` | {made.audience} | `{module.replace('.', '/')}.py` |"


def _decoder_row(_module: str, made: Any) -> str:
    return f"| `{made.name}` | {' | '.join(made.description)} |"


FAMILIES = (
    Family(
        "scanner.reports",
        "FORMAT",
        lambda module, made: f'    "{made.name}": "{module}",',
        _format_row,
        "docs/reports.md",
        "|---|---|---|",
    ),
    Family(
        "scanner.decoders",
        "DECODER",
        lambda module, _made: f'    "{module}",',
        _decoder_row,
        "docs/decoders.md",
        "|---|---|---|---|",
    ),
)


def members(family: Family) -> dict[str, Any]:
    """Return the members of `family` by module: those of the registry first, in its order."""
    package = import_module(family.package)
    registered = _registered(family)
    names = sorted(f"{family.package}.{each.name}" for each in iter_modules(package.__path__))
    names.sort(key=lambda name: registered.index(name) if name in registered else len(registered))
    found = {name: getattr(import_module(name), family.member, None) for name in names}
    return {name: made for name, made in found.items() if made is not None}


def outputs() -> dict[Path, str]:
    """Return the new content of every file that repeats members of a family."""
    made = {}
    for family in FAMILIES:
        found = members(family)
        path = _registry(family)
        lines = [family.entry(module, member) for module, member in found.items()]
        made[path] = _ENTRIES.sub(_block(lines), path.read_text("utf-8"), count=1)
        page = ROOT / family.page
        rows = [family.row(module, member) for module, member in found.items()]
        table = re.compile(rf"(?<=\n{re.escape(family.head)}\n)(\|.*\n)*")
        made[page] = table.sub(_block(rows), page.read_text("utf-8"), count=1)
    made[_COMPILED] = _compiled(members(FAMILIES[1]).values())
    readme = ROOT / "README.md"
    made[readme] = _with_formats(readme.read_text("utf-8"), members(FAMILIES[0]).values())
    return made


_COMPILED = ROOT / "scanner" / "decoders" / "compiled.py"
_COMPILED_HEAD = '''"""What calls for each decoder, by the registry: written by tools/register.py.

Each is (name, signatures, anchors, description, ending, reach, whether it has `applies`,
of_rules, signs), and an anchor has the fields of `scanner.rulebook.model.Anchor`.
"""

# fmt: off
# ruff: noqa: E501
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanner.decoders.interface import CompiledDecoder

TABLE: tuple[CompiledDecoder, ...] = (
'''


def _compiled(decoders: Iterable[Any]) -> str:
    """Return the module that has, as constants, what a scan needs of every decoder."""
    lines = [_COMPILED_HEAD]
    for made in decoders:
        anchors = "".join(f"        {tuple(anchor)!r},\n" for anchor in made.anchors)
        lines.append(
            f"    ({made.name!r}, {made.magics!r}, (\n{anchors}"
            f"    ), {tuple(made.description)!r}, "
            f"{made.ending and tuple(made.ending)!r}, {made.reach!r}, "
            f"{made.applies is not None!r}, {made.of_rules!r}, "
            f"{made.signs!r}),\n"
        )

    return "".join([*lines, ")\n"])


_ENTRIES = re.compile(r'(?<== [{(]\n)(    ".*",\n)*')
"""The lines of a registry: the first table of text in a package."""
_FORMAT_LIST = re.compile(r"(?<=`--format` takes\n\n)(- .*\n)*")
"""The list in the README, whose words are written by hand for what is there already."""


def _registry(family: Family) -> Path:
    return ROOT.joinpath(*family.package.split("."), "__init__.py")


def _registered(family: Family) -> list[str]:
    block = _ENTRIES.search(_registry(family).read_text("utf-8"))
    names = re.compile(rf'"({re.escape(family.package)}\.\w+)"')
    return names.findall(block[0]) if block else []


def _block(lines: list[str]) -> Callable[[re.Match[str]], str]:
    text = "".join(f"{line}\n" for line in lines)
    return lambda _match: text  # a function, since a template would read its backslashes


def _with_formats(readme: str, formats: Iterable[Any]) -> str:
    listed = _FORMAT_LIST.search(readme)
    given = re.findall(r"- (`\w+`)(.*)[;.]\n", listed[0]) if listed else []
    names = {f"`{made.name}`": f", for {made.audience}" for made in formats}
    texts = {name: text for name, text in given if name in names}
    items = [f"- {name}{text}" for name, text in (texts | (names | texts)).items()]
    return _FORMAT_LIST.sub(_block([*(f"{item};" for item in items[:-1]), f"{items[-1]}."]), readme)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns its exit code."""
    parser = argparse.ArgumentParser(description="Write what repeats the members of a family.")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    options = parser.parse_args(arguments)

    stale = {path: text for path, text in outputs().items() if path.read_text("utf-8") != text}
    for path, text in stale.items():
        print(f"{'stale' if options.check else 'writing'}: {path.relative_to(ROOT)}")
        if not options.check:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
