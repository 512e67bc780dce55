"""The JUnit format, which nearly every CI system shows as a list of tests.

There is one suite. A credential in a path is a test case that fails; one that does not make the
command fail is skipped. One more case is "everything was read": it passes, so that a clean scan is
not a run of no tests, and it is an error where the scan is not complete.

GitLab recognises a case by suite, class name and name, and drops all but the first of those with
equal ones, so a name has the path and digits of the fingerprint and no line: a line moves. GitLab
shows the text of `failure` and, without a text, nothing, so the text says it all (`junit.rb` of
gitlabhq). It takes files of less than 30 MB.

Values are redacted even with `--show-secrets`. Every name goes through `printable`, which leaves no
character that XML 1.0 forbids.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.findings import threshold_name
from scanner.reports.interface import Format
from scanner.reports.names import file_name
from scanner.reports.places import described, entries
from scanner.reports.taken_away import taken_away
from scanner.reports.wording import CANARY_STEPS, contents, effects, is_in_file, plural, reason_name
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.findings import Report
    from scanner.reports.interface import View
    from scanner.reports.places import PathEntry
    from scanner.rulebook.model import Rule

READ: Final = "everything was read"
"""The name of the case that a complete scan passes."""
_DIGITS: Final = 12
"""Digits of the fingerprint in a name: enough to tell the credentials of one file apart."""
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def render(report: Report, view: View) -> Iterator[str]:
    """Yield the document: one suite, with the worst findings first."""
    rules = {rule.id: rule for rule in view.rules}
    found = list(entries(report.findings))
    failing = [entry.finding.fails(view.fail_on) for entry in found]
    counts = (
        f'tests="{len(found) + 1}" failures="{sum(failing)}" '
        f'errors="{1 if report.incomplete else 0}"'
    )
    skipped = len(found) - sum(failing)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="{NAME}" {counts}>\n'
    # No schema of JUnit has the number of skipped cases of all suites.
    yield f'<testsuite name="{NAME}" {counts} skipped="{skipped}">\n'
    yield from _reading(report)
    for entry, fails in zip(found, failing, strict=True):
        yield from _case(entry, fails, rules, view)
    yield "</testsuite>\n</testsuites>\n"


def _reading(report: Report) -> Iterator[str]:
    """Yield the case about what was read, with what the configuration took away."""
    remarks = [f"scanned {contents(report)}"]
    if report.configuration and (taken := effects(report.configuration)):
        remarks.append(f"the configuration {file_name(report.configuration.file)} {taken}")
    remarks += taken_away(report)
    remarks += [f"not all of the history: {sentence}" for sentence in report.narrowed]
    output = "\n".join(map(printable, remarks))

    yield f'<testcase classname="{NAME}" name="{READ}">\n'
    if report.incomplete:
        places = sorted({(notice.path, notice.reason) for notice in report.incomplete})
        lines = [
            # As a whole, since a path of a colon and the one after it would be a runner's command.
            printable(f"{file_name(path) if path else 'not in a file'}: {reason_name(reason)}")
            for path, reason in places
        ]
        items = plural(len(places), "place")
        said = f"{items} could not be fully read: credentials could be in there"
        text = "\n".join((said, *lines))
        yield f'<error message="{_escaped(said)}" type="incomplete">{_escaped(text)}</error>\n'
    yield f"<system-out>{_escaped(output)}</system-out>\n</testcase>\n"


def _case(entry: PathEntry, fails: bool, rules: dict[str, Rule], view: View) -> Iterator[str]:
    finding = entry.finding
    path = printable(entry.path)
    name = f"{path} {finding.fingerprint[:_DIGITS]}"
    sentence = described(entry, rules)
    file = f' file="{_escaped(path)}"' if is_in_file(entry.lead) else ""
    yield (
        f'<testcase classname="{_escaped(printable(finding.rule_id))}" name="{_escaped(name)}"'
        f"{file}>\n"
    )
    if fails:
        text = "\n".join(_text(entry, sentence, rules))
        yield (
            f'<failure message="{_escaped(sentence)}" type="{finding.severity.label}">'
            f"{_escaped(text)}</failure>\n"
        )
    else:
        below = f"below --fail-on {threshold_name(view.fail_on)}"
        why = "a note" if finding.confidence >= view.fail_on else below
        yield f'<skipped message="{_escaped(f"{why}: {sentence}")}"/>\n'
    yield "</testcase>\n"


def _text(entry: PathEntry, sentence: str, rules: dict[str, Rule]) -> Iterator[str]:
    finding = entry.finding
    # `path:line` at the start of a line is what people and editors follow.
    if is_in_file(entry.lead):
        yield printable(f"{entry.path}:{entry.lines[0]}")
    yield sentence
    yield f"severity {finding.severity.label}, confidence {finding.confidence.label}"
    for evidence in finding.evidence:
        yield f"because: {printable(evidence)}"
    if finding.canary:
        yield " ".join(CANARY_STEPS)
    elif finding.rule_id in rules:
        yield f"what to do: {NAME} rules show {printable(finding.rule_id)}"


def _escaped(text: str) -> str:
    return text.translate(_MARKUP)


FORMAT = Format("junit", "the test results of Jenkins, GitLab, Azure DevOps, CircleCI", render)
