"""Watching the engine look at one content: which candidates there are, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decoders import DECODERS
from scanner.engine.catalogue import Catalogue
from scanner.engine.defects import describe
from scanner.engine.gather import gather
from scanner.engine.matching import PatternTimeout, find
from scanner.explain import checker
from scanner.explain.forms import difference, extent
from scanner.explain.interface import Candidate, Check
from scanner.kinds import load
from scanner.kinds.interface import Aside, Match, Part
from scanner.records import NamedTuple
from scanner.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.content import Layer, Place
    from scanner.decoders.interface import Budget, Decoder
    from scanner.engine.gather import Gathered
    from scanner.rulebook.model import Anchor, Rule

MOST = 1000
"""Candidates that are explained: more than anybody reads, and a bounded amount of work."""
SOMETHING_ELSE = "something else, by its content or its surroundings"


class Observed(NamedTuple):
    """What was seen while the engine looked at one content."""

    gathered: Gathered
    candidates: list[Candidate]
    """In order of position; those of no pattern that matches only if a line was named."""
    left_out: int
    """Places beyond `MOST` candidates."""


def observe(
    root: Layer,
    rules: Sequence[Rule],
    line: int = 0,
    member: str | None = None,
    largest: int = 0,
) -> Observed:
    """Look at `root` with `rules`, and return what was seen.

    With a `line` only its candidates are kept, and with a `member` those in it. `largest` is as in
    `scanner.engine.examine.Examiner`.
    """
    watcher = _Watcher(rules, line, member)
    watcher.look(root)
    gathered = gather(watcher.catalogue, root, largest=largest)
    found = sorted(watcher.found.values(), key=lambda each: (each.member, each.place, each.rule.id))
    return Observed(gathered, found, watcher.left_out)


class _Watcher:
    """A catalogue whose decoders show each layer, and the candidates in those layers."""

    def __init__(self, rules: Sequence[Rule], line: int, member: str | None) -> None:
        self.catalogue = Catalogue(rules, list(map(self._watched, DECODERS)))
        self.found: dict[tuple[str, Place, str, str, bool], Candidate] = {}
        self.left_out = 0
        self._line = line
        self._member = member

    def _watched(self, decoder: Decoder) -> Decoder:
        decode: Callable[[Layer, Sequence[int], Budget], Iterator[Layer]] = decoder.decode

        def watched(layer: Layer, offsets: Sequence[int], budget: Budget) -> Iterator[Layer]:
            for decoded in decode(layer, offsets, budget):
                # Looked at now: what is decoded of a bomb must not be held together.
                self.look(decoded)
                yield decoded

        return decoder._replace(decode=watched)

    def look(self, layer: Layer) -> None:
        """Look at each place of `layer` at which the engine looks."""
        seen: set[tuple[str, int, int]] = set()
        for offset, number in self.catalogue.index.search_bytes(layer.data):
            anchor = self.catalogue.index.anchors[number]
            for rule in self.catalogue.rules_of[number]:
                if len(self.found) >= MOST:
                    self.left_out += 1  # not looked at: the engine does that once already
                    continue
                candidate = self._candidate(rule, anchor, layer, offset, seen)
                if candidate is None:
                    continue
                key = (
                    candidate.rule.id, candidate.place, candidate.member, candidate.shown,
                    candidate.matched,
                )  # fmt: skip
                self.found.setdefault(key, candidate)

    def _candidate(
        self, rule: Rule, anchor: Anchor, layer: Layer, offset: int, seen: set[tuple[str, int, int]]
    ) -> Candidate | None:
        try:
            match = find(rule, layer.data, offset)
        except PatternTimeout:
            said = "the pattern was stopped by its time limit"
            return self._kept(rule, layer, Match(offset, offset + 1), [Check(False, said)])
        if match is None:
            if not self._line:
                return None
            match = Match(*extent(rule, anchor, layer.data, offset))
            how = difference(rule, layer.data[match.start : match.end])
            said = f"the pattern of the rule does not match{f': {how}' if how else ''}"
            return self._kept(rule, layer, match, [Check(False, said)])

        if (rule.id, match.start, match.end) in seen:
            return None
        seen.add((rule.id, match.start, match.end))
        if self._kept(rule, layer, match, []) is None:
            return None
        try:
            judged = load(rule.kind).detect(rule, layer, match)
            checks = _checks(rule, layer, match, judged)
        except Exception as error:  # noqa: BLE001 -- the engine goes on after a defect as well
            judged, checks = None, [Check(False, describe(error))]
        return self._kept(rule, layer, match, checks, judged, matched=True)

    def _kept(
        self,
        rule: Rule,
        layer: Layer,
        match: Match,
        checks: Sequence[Check],
        judged: Part | Aside | None = None,
        *,
        matched: bool = False,
    ) -> Candidate | None:
        """Return the candidate, unless it is on another line or in another member."""
        if self._member is not None and layer.member != self._member:
            return None
        # Where the kind found the value more exactly than the pattern, that place counts.
        span = (judged.start, judged.end) if judged else match
        place = layer.place(*span)
        if self._line and not place.start_line <= self._line <= place.end_line:
            return None
        value = judged.value if isinstance(judged, Part) else Secret(layer.data[slice(*span)])
        return Candidate(
            rule,
            place,
            layer.member,
            layer.decoders,
            value.redacted(),
            tuple(checks),
            judged,
            matched,
        )


def _checks(rule: Rule, layer: Layer, match: Match, judged: Part | Aside | None) -> list[Check]:
    """Return the checks of a match: those that its kind gives, or else what came out."""
    check = checker(rule.kind)
    if check is not None:
        return [Check(True, "the pattern of the rule matches"), *check(rule, layer, match)]
    found = [Check(True, "the pattern of the rule matches")]
    if isinstance(judged, Part):
        found += [Check(True, said) for said in judged.evidence]
    elif judged is not None:
        found.append(Check(False, f"is a {judged.reason.replace('-', ' ')}"))
    else:
        found.append(Check(False, SOMETHING_ELSE))
    return found
