"""What findings are counted and filtered by: account, repository, person, kind, severity."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from scanner.findings import Confidence, Severity
from scanner.liveness.states import State
from scanner.pushed import NOT_KNOWN, NOT_PUSHED, PUSHED
from scanner.records import NamedTuple
from scanner.reports.names import repository_uri
from scanner.reports.repositories import short_names
from scanner.reports.wording import is_in_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.findings import Finding, Head

UNKNOWN: Final = "not known"

_SEVERITIES: Final = tuple(each.label for each in reversed(Severity))
_CONFIDENCES: Final = tuple(each.label for each in reversed(Confidence))
_EXPOSURES: Final = (
    "still in HEAD", "not in HEAD", PUSHED, NOT_KNOWN, NOT_PUSHED,
)  # fmt: skip
_STATES: Final = tuple(each.value.replace("-", " ") for each in State)


class Facet(NamedTuple):
    """One question about findings, and the answers that there are."""

    id: str
    """The name of the attribute and of the field of the filter, without `data-`."""
    title: str
    counts: tuple[tuple[str, int], ...]
    """Each answer with the number of findings, in the order in which it is shown."""
    of: tuple[tuple[int, ...], ...]
    """For each finding the places of its answers in `counts`; one may have several, or none."""

    @property
    def is_telling(self) -> bool:
        """Whether there is anything to choose between, or one answer that says something."""
        return len(self.counts) > 1 or any(answer != UNKNOWN for answer, _ in self.counts)


def facets(findings: Sequence[Finding], heads: Iterable[Head], names: Sequence[str]) -> list[Facet]:
    """Return the facets of `findings`, in the order of the summary.

    `names` gives the kind of each in words. What no finding says anything about is left out.
    """
    labels = {head.repository: _label(head) for head in heads}
    made = [
        facet("severity", "Severity", [(each.severity.label,) for each in findings], _SEVERITIES),
        facet("kind", "Kind", [(name,) for name in names]),
        facet("account", "AWS account", [(each.account_id or UNKNOWN,) for each in findings]),
    ]
    if labels or any(each.repositories for each in findings):
        short = short_names(
            each.repository for finding in findings for each in finding.repositories
        )
        answers = [_repositories(each, labels, short) for each in findings]
        made.append(facet("repository", "Repository", answers))
    if len(labels) < 2:
        made.append(facet("folder", "Folder", [_folders(each) for each in findings]))
    if any(each.history for each in findings):
        made.append(facet("person", "Added by", [(_person(each),) for each in findings]))
        exposures = [_exposures(each) for each in findings]
        made.append(facet("exposure", "Exposure", exposures, _EXPOSURES))
    if any(each.liveness for each in findings):
        made.append(facet("liveness", "Liveness", [_states(each) for each in findings], _STATES))

    confidences = [(each.confidence.label,) for each in findings]
    made.append(facet("confidence", "Confidence", confidences, _CONFIDENCES))
    return [each for each in made if each.is_telling]


def facet(
    name: str, title: str, answers: Sequence[tuple[str, ...]], order: Sequence[str] = ()
) -> Facet:
    """Return a facet whose answers have the `order` given, or the most frequent one first."""
    counted = Counter(answer for several in answers for answer in several)
    if order:
        known = [answer for answer in order if answer in counted]
    else:
        known = sorted(counted, key=lambda answer: (answer == UNKNOWN, -counted[answer], answer))

    places = {answer: place for place, answer in enumerate(known)}
    return Facet(
        name,
        title,
        tuple((answer, counted[answer]) for answer in known),
        tuple(tuple(sorted({places[answer] for answer in several})) for several in answers),
    )


def _label(head: Head) -> str:
    address = repository_uri(head.remote)
    return head.repository or address or "the repository that was scanned"


def _repositories(
    finding: Finding, labels: dict[str, str], short: dict[str, str]
) -> tuple[str, ...]:
    if finding.repositories:
        return tuple(short[each.repository] for each in finding.repositories)
    found = {_repository(location.path, labels) for location in finding.locations}
    return tuple(sorted(found))


def _repository(path: str, labels: dict[str, str]) -> str:
    """Return the label of the repository that `path` is in: the innermost one."""
    while path:
        path = path.rpartition("/")[0]
        if path in labels:
            return labels[path]
    return labels.get("", UNKNOWN)


def _folders(finding: Finding) -> tuple[str, ...]:
    return tuple(sorted({_folder(each.path) for each in finding.locations if is_in_file(each)}))


def _folder(path: str) -> str:
    """Return the first folder of a relative path, and the folder of an absolute one."""
    folder, slash, _ = path.rpartition("/") if path.startswith("/") else path.partition("/")
    return f"{folder}/" if slash else "./"


def _person(finding: Finding) -> str:
    first = finding.history.first if finding.history else None
    return (first.author if first else "") or UNKNOWN


def _exposures(finding: Finding) -> tuple[str, ...]:
    history = finding.history
    if history is None:
        return ()
    in_head, absent, *pushed = _EXPOSURES
    return (in_head if history.in_head else absent, pushed[history.pushed.rank])


def _states(finding: Finding) -> tuple[str, ...]:
    return (finding.liveness.state.value.replace("-", " "),) if finding.liveness else ()
