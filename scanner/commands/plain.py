"""Arguments that are operands alone, as git and frameworks give them to a hook: without a parser.

To load `argparse` and to make the parser of a command takes 40 of 200 million instructions of a
commit (`python -m bench staged`). Any option is a matter for the parser. A test compares the two.
"""

from __future__ import annotations

from types import SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, Final

_SCAN: Final[dict[str, Any]] = {
    "config": None, "no_config": False, "no_marks": False, "exclude": [], "disable": [],
    "baseline": None, "no_baseline": False, "decode_limit": 0, "jobs": 0,
    "check_liveness": False, "liveness_endpoint": None, "own_accounts": [],
    "liveness_allow": [], "liveness_deny": [],
}  # fmt: skip
"""The defaults of the options that every command has which scans."""
_REPORT: Final[dict[str, Any]] = {
    "format": None, "output": [], "category": None, "fail_on": None, "show": None,
    "exit_zero": False, "show_secrets": False, "color": "auto", "quiet": False, "verbose": False,
}  # fmt: skip
"""The defaults of the options of a report."""
_OWN: Final[dict[str, dict[str, Any]]] = {
    "scan": {"no_ignore": False, "allow_empty": False},
    "staged": {},
    "commit-msg": {},
    "push": {},
}
"""The defaults of the other options of each command that is run without any, by git or by hand."""
_MANY: Final = {"scan": "paths", "staged": "files"}
"""Commands with any number of operands."""


def plain(name: str, arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return what the `arguments` of the command called `name` say; None if it takes a parser."""
    if name not in _OWN or any(each.startswith("-") and each != "-" for each in arguments):
        return None
    if name in _MANY:
        operands: dict[str, Any] = {_MANY[name]: [*arguments]}
    elif name == "push" and len(arguments) <= 2:
        remote, url = [*arguments, "", ""][:2]
        operands = {"remote": remote, "url": url}
    elif name == "commit-msg" and len(arguments) == 1:
        operands = {"file": arguments[0]}
    else:
        return None  # the parser says what is wrong
    return namespace(**_SCAN, **_REPORT, **_OWN[name], **operands)


def namespace(**values: Any) -> argparse.Namespace:
    """Return what the parser would, with `values`; the lists among them are new ones."""
    made: Any = SimpleNamespace()
    for name, value in values.items():
        setattr(made, name, [*value] if isinstance(value, list) else value)
    found: argparse.Namespace = made  # for everything that a command does with it
    return found
