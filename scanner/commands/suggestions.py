"""What may have been meant by a command, an option or a value that does not exist.

Imported only where something is misspelt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scanner.about import NAME
from scanner.errors import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

_COMMANDS: Final = {
    # Of gitleaks, betterleaks, trufflehog, kingfisher and detect-secrets, by their documentation.
    "detect": "history", "git": "history", "protect": "staged", "dir": "scan", "directory": "scan",
    "file": "scan", "filesystem": "scan", "stdin": "scan -", "audit": "baseline check",
    "check": "scan", "pre-commit": "staged", "pre-push": "push", "pre-receive": "receive",
    "hook": "install", "hooks": "install", "uninstall": "install --undo", "diff": "range",
    "rule": "rules list", "remediate": "respond", "completions": "completion",
}  # fmt: skip
"""Names that other tools have for a command, to what it is here."""
_OPTIONS: Final = {
    "--report-format": "--format", "--report-path": "--output", "--json": "--format json",
    "--sarif": "--format sarif", "--html": "--format html", "--ignore": "--exclude",
    "--exclude-paths": "--exclude", "--exclude-files": "--exclude", "--skip": "--exclude",
    "--exclude-rule": "--disable", "--disable-rule": "--disable", "--disable-plugin": "--disable",
    "--baseline-path": "--baseline", "--no-color": "--color never", "--colour": "--color",
    "--exit-code": "--exit-zero", "--no-fail": "--exit-zero", "--soft-fail": "--exit-zero",
    "--ignore-gitleaks-allow": "--no-marks", "--no-verification": "",
    "--verify": "--check-liveness",
    "--validate": "--check-liveness", "--redact": "", "--unredacted": "--show-secrets",
    "--threads": "--jobs", "-j": "--jobs", "--log-opts": "", "--level": "--fail-on",
    "--severity": "--fail-on", "--min-severity": "--fail-on", "-c": "--config", "-e": "--exclude",
    "--uninstall": "--undo", "--remove": "--undo",
}  # fmt: skip
"""Options that other tools have, to what is the same here, if anything."""


def for_command(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` for the command `name`, or an empty string."""
    meant = _COMMANDS.get(name.lower(), "")
    if meant.partition(" ")[0] in known:
        return f"; did you mean {NAME} {meant}?"
    return did_you_mean(name, known, mark="")


def for_choice(value: Any, action: argparse.Action) -> str:
    """Return `; did you mean ...?` for a `value` that is none of the choices of an option."""
    return did_you_mean(str(value), map(str, action.choices or ()), mark="")


def for_unknown(
    arguments: Sequence[str], parser: argparse.ArgumentParser, action: str | None
) -> str:
    """Return `; did you mean ...?` for the first of the `arguments` that looks like an option.

    `action` is the name of the action of the command that was called, if it has any.
    """
    first = next((each for each in arguments if each.startswith("-")), "")
    option = first.partition("=")[0]
    if not option:
        return "; write one range, as in A..B" if parser.prog == f"{NAME} range" else ""

    known = set(_options(parser, action))
    meant = _OPTIONS.get(option.lower(), "")
    if meant.partition(" ")[0] in known:
        return f"; did you mean {meant}?"
    if not option.startswith("--"):  # of a single letter anything is near
        return ""
    begun = [name for name in sorted(known) if name.startswith(option) and len(option) > 3]
    if len(begun) == 1:
        return f"; did you mean {begun[0]}?"
    # Without the hyphens, which all of them have: they would make strange words near.
    words = (name.removeprefix("--") for name in known if name.startswith("--"))
    return did_you_mean(option.removeprefix("--"), words, mark="").replace("mean ", "mean --")


def _options(parser: argparse.ArgumentParser, action: str | None) -> Iterator[str]:
    for each in parser._actions:  # noqa: SLF001 - argparse lists its options nowhere else
        yield from each.option_strings
        choices = each.choices
        if isinstance(choices, dict) and action in choices:  # the parsers of actions
            yield from _options(choices[action], None)
