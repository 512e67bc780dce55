"""What the text report says of values that were set aside, and of content that was not opened.

The value itself is never shown: one that a mark on its line allows may be a real secret.
"""

from __future__ import annotations

from scanner.reports.text_layout import wrapped
from scanner.reports.wording import is_unopened, places, plural, reason_name, role_name
from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from scanner.findings import Report
    from scanner.reports.ansi import Paint
    from scanner.tally import SetAside

_PLACES: Final = 3
"""Places that are listed without -v."""
_NOUNS: Final = ("documentation-example", "placeholder")
"""Reasons whose names have a plural; `allowed on the line` is none."""


def ignored(report: Report) -> Iterator[str]:
    """Yield a line that says what was set aside, and where; nothing if nothing was."""
    counts = report.tally.set_aside
    if not counts:
        return
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(_counted(number, reason) for reason, number in ranked)
    listed = [_where(each) for each in places(report)[:_PLACES]]
    if not listed:
        yield from wrapped("ignored ", named)
        return
    # A path is never wrapped, so that it can be clicked.
    more = ", ... (-v lists all)" if sum(counts.values()) > len(listed) else ""
    yield f"ignored {named}: {', '.join(listed)}{more}\n"


def _counted(number: int, reason: str) -> str:
    name = printable(reason_name(reason))
    return plural(number, name) if reason in _NOUNS else f"{plural(number, 'value')} ({name})"


def set_aside(report: Report, paint: Paint) -> Iterator[str]:
    """Yield every place where a value was set aside, and why; nothing if none is known."""
    known = places(report)
    if not known:
        return
    yield f"{paint('bold', 'Set aside')}\n"
    for each in known:
        detail = f" ({printable(each.detail)})" if each.detail else ""
        yield f"  {_where(each)}: {printable(reason_name(each.reason))}, {_role(each)}{detail}\n"
    rest = sum(report.tally.set_aside.values()) - len(known)
    if rest > 0:
        yield f"  and {rest:,} more\n"


def _role(each: SetAside) -> str:
    return printable(role_name(each.role))


def _where(each: SetAside) -> str:
    member = f"!/{printable(each.member)}" if each.member else ""
    return f"{printable(each.path)}{member}:{each.line}:{each.column}"


def unopened(report: Report) -> Iterator[str]:
    """Yield a line that says how much was not opened, by reason; nothing if everything was."""
    found = {
        reason: number for reason, number in report.tally.skipped.items() if is_unopened(reason)
    }
    if found:
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        said = ", ".join(
            f"{printable(reason_name(reason))} ({count:,})" for reason, count in ranked
        )
        yield from wrapped("not opened: ", f"{said} (-v lists them)")
