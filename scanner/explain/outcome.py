"""What becomes of each candidate: a finding, or what keeps it from being one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.engine.judge import judge
from scanner.findings import threshold_name
from scanner.kinds.interface import Aside, Part
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from scanner.baseline.entry import Entry
    from scanner.explain.interface import Candidate
    from scanner.explain.observe import Observed
    from scanner.findings import Finding, Threshold
    from scanner.rulebook.model import Rule

_LONE_ID: Final = "aws-access-key-id"


class Policy(NamedTuple):
    """What a project has decided about its findings."""

    disabled: Collection[str] = ()
    """IDs of rules that are not applied."""
    disabled_in: str = ""
    """The configuration that says so, fit for a terminal."""
    heed_marks: bool = True
    entries: Sequence[Entry] = ()
    """Those of the baseline."""
    baseline: str = ""
    """What the baseline is called."""
    today: str = ""
    fail_on: Threshold | None = None


class Outcome(NamedTuple):
    """What became of one candidate."""

    state: str
    """`reported`, `possible` (below the threshold), `suppressed`, `set-aside`, `rejected`."""
    said: str
    """What decided, in words."""
    finding: Finding | None = None


class Decided(NamedTuple):
    """A candidate with its outcome."""

    candidate: Candidate
    outcome: Outcome


_Key = tuple[str, int, int, str]
"""The member, line and column of a value, and its role."""


def decide(path: str, observed: Observed, rules: Sequence[Rule], policy: Policy) -> list[Decided]:
    """Return what becomes of each candidate that was observed in the content called `path`.

    `rules` are all rules, those that the policy disables among them.
    """
    deciding = _Deciding(path, observed, rules, policy)
    return [Decided(each, deciding.outcome(each)) for each in observed.candidates]


class _Deciding:
    """The judgement of one content: as the policy has it, and with nothing suppressed."""

    def __init__(
        self, path: str, observed: Observed, rules: Sequence[Rule], policy: Policy
    ) -> None:
        self._policy = policy
        parts, asides = observed.gathered.parts, observed.gathered.asides
        active = {rule.id: rule for rule in rules if rule.id not in policy.disabled}
        kept = [part for part in parts if part.rule_id in active]
        judgement = judge(path, kept, asides, active, None, policy.heed_marks)
        self._found = _by_place(judgement.findings)
        self._accepted: dict[str, Entry] = {}
        if policy.entries:
            from scanner.baseline.matching import sort

            known = sort(judgement.findings, policy.entries, policy.today)
            self._accepted = {each.fingerprint: entry for each, entry in known.accepted}
        self._allowed = {_key(part) for part in judgement.allowed}
        # Without rules disabled and marks: to know what they took away, and which is the larger
        # credential that a value is a part of.
        everything = judge(path, parts, asides, {rule.id: rule for rule in rules}, None, False)
        self._all = everything.findings
        self._without_policy = _by_place(self._all)

    def outcome(self, candidate: Candidate) -> Outcome:
        judged, policy = candidate.judged, self._policy
        if isinstance(judged, Aside):
            return Outcome(
                "set-aside", f"a {judged.reason.replace('-', ' ')}, counted as set aside"
            )
        if judged is None:
            said = candidate.checks[-1].said if candidate.checks else "nothing was found"
            return Outcome("rejected", said)

        key = _key(judged)
        finding = self._found.get(key)
        if finding is not None:
            return self._of_finding(finding)
        if key in self._allowed:
            said = "a mark on its line, or before it, allows it (--no-marks reports it)"
            return Outcome("suppressed", said)

        whole = self._without_policy.get(key)
        for rule_id in (judged.rule_id, whole.rule_id if whole else ""):
            if rule_id in policy.disabled:
                return Outcome("suppressed", f"{policy.disabled_in} disables the rule {rule_id}")
        larger = _around(self._all, candidate)
        if larger is not None:
            at = larger.locations[0]
            said = (
                f"part of the {larger.rule_id} at line {at.start_line}, column {at.start_column}, "
                "which is reported as a whole"
            )
            return Outcome("rejected", said, larger)
        return Outcome("rejected", "the same value at the same place is reported once already")

    def _of_finding(self, finding: Finding) -> Outcome:
        policy = self._policy
        if entry := self._accepted.get(finding.fingerprint):
            why = f": {entry.why()}" if entry.why() else ""
            said = f"the baseline {policy.baseline} accepts it{why}"
            return Outcome("suppressed", said, finding)
        if policy.fail_on is not None and not finding.fails(policy.fail_on):
            said = f"below --fail-on {threshold_name(policy.fail_on)}, so only counted as possible"
            return Outcome("possible", said, finding)
        level = f" at --fail-on {threshold_name(policy.fail_on)}" if policy.fail_on else ""
        return Outcome("reported", f"fails{level}", finding)


def remarks(finding: Finding) -> tuple[str, ...]:
    """Return what is to be said of a finding besides the checks of its parts: its neighbours."""
    said = tuple(
        each for each in finding.evidence if " apart" in each or "in a file in which" in each
    )
    if finding.rule_id == _LONE_ID:
        said += ("no secret access key in this file belongs to it; with one it would be critical",)
    return said


def _by_place(findings: Iterable[Finding]) -> dict[_Key, Finding]:
    return {
        (at.member, at.start_line, at.start_column, at.role): finding
        for finding in findings
        for at in finding.locations
    }


def _key(part: Part) -> _Key:
    place = part.layer.place(part.start, part.end)
    return part.layer.member, place.start_line, place.start_column, part.role


def _around(findings: Iterable[Finding], candidate: Candidate) -> Finding | None:
    """Return the finding one of whose places contains that of `candidate`."""
    begin, end = candidate.place[:2], candidate.place[2:]
    for finding in findings:
        for at in finding.locations:
            starts = (at.start_line, at.start_column) <= begin
            ends = end <= (at.end_line, at.end_column)
            if at.member == candidate.member and starts and ends:
                return finding
    return None
