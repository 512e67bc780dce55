"""What to do about the findings of a report: the steps of each rule, written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.findings import Severity
from scanner.records import NamedTuple
from scanner.reports.markdown import MARKS
from scanner.reports.page.elements import Html, block, code, element, joined, text
from scanner.reports.text_history import history_steps
from scanner.reports.wording import CANARY_STEPS, plural

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from scanner.findings import Finding, Threshold
    from scanner.reports.interface import View
    from scanner.rulebook.model import Rule


class Remedy(NamedTuple):
    """Steps that some findings have in common."""

    id: str
    names: tuple[str, ...]
    """What the findings are."""
    steps: tuple[str, ...]
    """Each a sentence of Markdown."""
    rule: Rule
    found: int
    is_sure: bool
    """Whether any of these findings makes the command fail; the others are only possible."""


def remedies(
    findings: Sequence[Finding], rules: dict[str, Rule], fail_on: Threshold
) -> dict[tuple[str, ...], Remedy]:
    """Return what to do by the steps of it, in the order of the findings that need it."""
    made: dict[tuple[str, ...], Remedy] = {}
    for finding in findings:
        rule, steps = rules.get(finding.rule_id), _steps(finding, rules)
        if rule is None or not steps:
            continue
        new = Remedy(f"do-{len(made) + 1}", (), steps, rule, 0, False)
        before = made.get(steps, new)
        names = before.names if rule.name in before.names else (*before.names, rule.name)
        is_sure = before.is_sure or finding.fails(fail_on)
        made[steps] = before._replace(names=names, found=before.found + 1, is_sure=is_sure)
    return made


def _steps(finding: Finding, rules: dict[str, Rule]) -> tuple[str, ...]:
    if finding.severity is Severity.NOTE:
        return ()  # for information: there is nothing to be done now
    if finding.canary:
        return CANARY_STEPS
    return rules[finding.rule_id].remediation if finding.rule_id in rules else ()


def in_short(
    finding: Finding,
    known: dict[tuple[str, ...], Remedy],
    rules: dict[str, Rule],
    fail_on: Threshold,
) -> Html:
    """Return the first step for `finding` and a link to all of them; empty if none is known."""
    remedy = known.get(_steps(finding, rules))
    if remedy is None:
        return Html()
    every = element("a", f"all {plural(len(remedy.steps), 'step')}", href=f"#{remedy.id}")
    # Nobody is to revoke a key because of a guess.
    if not finding.fails(fail_on):
        said: tuple[str, ...] = ("check whether it is a credential. If it is: ", every)
    else:
        said = (inline(remedy.steps[0]), " See ", every)
    return element("p", element("b", "What to do: "), *said, ".", class_="do")


def what_to_do(
    failing: Sequence[Finding], known: dict[tuple[str, ...], Remedy], view: View
) -> Iterator[Html]:
    """Yield the steps of each of the remedies `known`, and those for a history at the end."""
    for remedy in known.values():
        decoys = ", canary: a decoy" if remedy.steps is CANARY_STEPS else ""
        found = f" ({plural(remedy.found, 'finding')}{decoys})"
        yield element("h3", ", ".join(remedy.names), found, id=remedy.id)
        if not decoys:
            yield element("p", inline(" ".join(remedy.rule.why.split())))
        if not remedy.is_sure:
            yield element("p", "Check first whether it is a credential. If it is:")
        yield _listed(remedy.steps)
        addresses = [each for each in remedy.rule.references if _is_web(each)]
        if addresses and not decoys:
            links = (_address(each, each) for each in addresses)
            yield element("p", "See ", joined(links, ", "), class_="references")

    if steps := history_steps(failing, view):
        yield element("h3", "The history")
        yield _listed(steps)

    yield element(
        "p",
        "For every command, in the right order for each credential: scan with ",
        code("--format json --output report.json"),
        ", then ",
        code("keycatch respond report.json --format html --output plan.html"),
        ".",
    )


def _listed(steps: Sequence[str]) -> Html:
    return block("ol", *(element("li", inline(step)) for step in steps))


def inline(markdown: str) -> Html:
    """Return a sentence or paragraph of the Markdown that rules use as HTML."""
    parts, at = [], 0
    for mark in MARKS.finditer(markdown):
        parts += [text(markdown[at : mark.start()]), _marked(mark)]
        at = mark.end()
    return joined((*parts, markdown[at:]))


def _marked(mark: re.Match[str]) -> Html:
    if mark["code"]:
        return code(mark["code"][1:-1])
    if mark["label"]:
        # A rule may be the user's own: its link leads to the web or is none.
        address = mark["address"]
        return _address(mark["label"], address) if _is_web(address) else text(mark["label"])
    if mark["strong"]:
        return element("strong", mark["strong"])
    return element("em", mark["emphasis"])


def _address(words: str, address: str) -> Html:
    # The page it leads to is not told where the link was.
    return element("a", words, href=address, rel="noreferrer")


def _is_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))
