"""What a state folder knows, in lines for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scanner.fleet.outcome import Outcome, State
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.fleet.state_folder import StateFolder


def outcomes(folder: StateFolder) -> list[Outcome]:
    """Return how each repository of the last list ended; raises KeycatchError."""
    return [folder.outcome(id_) or Outcome(name) for id_, name in folder.names().items()]


def counted(outcomes: Iterable[Outcome]) -> str:
    """Return how many repositories are in which state: `3 repositories: 2 clean, 1 failed`."""
    numbers = Counter(each.state for each in outcomes)
    total = sum(numbers.values())
    many = f"{total:,} {'repository' if total == 1 else 'repositories'}"
    states = ", ".join(f"{numbers[each]:,} {_word(each)}" for each in State if numbers[each])
    return f"{many}: {states}" if states else many


def lines(outcomes: Iterable[Outcome], *, verbose: bool = False) -> Iterator[str]:
    """Yield a line for each repository that is not clean; all of them if `verbose`."""
    for each in sorted(outcomes, key=lambda outcome: outcome.name):
        if verbose or each.state is not State.CLEAN:
            detail = f": {printable(each.detail)}" if each.detail else ""
            yield f"{each.state:<11}  {printable(each.name)}{detail}"


def unlisted(folder: StateFolder) -> Iterator[str]:
    """Yield a line for each organisation whose repositories were not all listed."""
    sources = folder.sources()
    for name, why in sources.unread.items() if sources else ():
        yield f"{'not listed':<11}  {printable(name)}: {printable(why)}"


def _word(state: State) -> str:
    return "with findings" if state is State.FINDINGS else str(state)
