"""Reading the report that an argument or option names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.secret import printable

if TYPE_CHECKING:
    from scanner.saved.report import SavedReport

_LARGEST: Final = 1 << 30
"""Bytes of the largest report that is read: a wrong file must not take all memory."""
_STDIN: Final = "-"


def read_report(path: str, kind: str = "") -> SavedReport:
    """Return the report at `path`, `-` for standard input; raises KeycatchError.

    If a `kind` is given, such as `history`, a report of another one is refused.
    """
    from scanner.saved.report import NoReportError, read  # here: a scan needs nothing of it

    shown = shown_name(path)
    try:
        report = read(_content(path))
        if kind not in ("", report.kind):
            raise NoReportError(f"it is not a report of `keycatch {kind}`")
    except OSError as error:
        reason = error.strerror or str(error)
        raise KeycatchError(f"cannot read the report {shown}: {reason}") from None
    except NoReportError as error:
        maker = f"`keycatch {kind} --format json --output FILE`" if kind else ""
        remedy = f"use one written by {maker or 'a keycatch command'}"
        end = "" if maker else " with --format json"
        raise KeycatchError(f"cannot use the report {shown}: {error}; {remedy}{end}") from None
    return _merged(report)


def _merged(report: SavedReport) -> SavedReport:
    """Return `report` with each credential once: earlier versions wrote it for each repository."""
    if not any(head.repository for head in report.heads):
        return report

    from scanner.merging import Part, merge_reports  # here: most reports are of one repository

    merged = merge_reports([Part("", report.as_report())])
    return report._replace(findings=merged.findings)


def shown_name(path: str) -> str:
    """Return what follows `the report` in a message about the one at `path`."""
    return "on standard input" if path == _STDIN else printable(path)


def _content(path: str) -> bytes:
    if path == _STDIN:
        if sys.stdin is None:
            raise KeycatchError("standard input is closed; name a file with the report")
        content = sys.stdin.buffer.read(_LARGEST + 1)  # one more, to see that there is more
    else:
        content = read_regular(path, _LARGEST + 1, pipes=True)

    if len(content) > _LARGEST:
        raise KeycatchError(
            f"the report {printable(path)} is larger than {_LARGEST:,} bytes: scan in smaller parts"
        )
    return content
