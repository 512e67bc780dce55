"""How a plan for many credentials stays short: what to do first, and steps that are written once.

Only for people: JSON has every step of every credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.records import NamedTuple
from scanner.response.leak import ResponseKind
from scanner.response.order import WORDS, Urgency
from scanner.response.playbooks import FOREIGN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.response.plan import CredentialPlan, Plan
    from scanner.response.playbook import Step

LISTED: Final = 20
"""Credentials that the overview lists: about as many as a screen shows."""
_FIRST: Final = 3
"""Credentials that the sentence on what to do first names: more would not come first."""
_ENDS: Final = (
    "unstage", "deactivate", "contain", "revoke-sessions", "revoke-user-sessions",
)  # fmt: skip
"""IDs of the steps after which nobody can use the credential any more."""


class Shared(NamedTuple):
    """How the steps of one credential are written, after others that may have the same steps."""

    like: int
    """The number of the credential whose steps are the same; 0 if they are written in full."""
    steps: tuple[tuple[int, Step], ...]
    """The steps to write, with their numbers."""
    advice: tuple[str, ...]
    """What would have avoided it, but for what a credential with the same steps has said."""

    @property
    def sentence(self) -> str:
        """Where to find the steps that are not written here."""
        if not self.steps:
            return f"The steps are the same as for number {self.like}."
        numbers = _listed(str(number) for number, _ in self.steps)
        steps = "step" if len(self.steps) == 1 else "steps"
        return f"The steps are those of number {self.like}, except {steps} {numbers}."


def first(plan: Plan) -> str:
    """Return a sentence on what to do first; empty where there is one credential, or no hurry."""
    urgent = [
        entry
        for entry in plan.entries
        # A foreign account has no key that the user could revoke.
        if entry.urgency <= Urgency.OPEN and entry.playbook != FOREIGN
    ]
    if len(plan.entries) < 2 or not urgent:
        return ""

    told = [f"number {entry.number}, {_up_to_the_end(entry)}" for entry in urgent[:_FIRST]]
    sentence = f"First: {'. Then '.join(told)}."
    if len(urgent) > _FIRST:
        sentence = f"{sentence[:-1]}. Then the others in their order."
    return sentence


def _up_to_the_end(entry: CredentialPlan) -> str:
    """Return the steps up to the one that ends the credential, and the title of that."""
    # Some credentials cannot be ended, such as a URL: there the first step comes first.
    at = next((at for at, step in enumerate(entry.steps, 1) if step.id in _ENDS), 1)
    title = entry.steps[at - 1].title
    steps = {1: "step 1", 2: "steps 1 and 2"}.get(at, f"steps 1 to {at}")
    return f"{steps}: {title[0].lower()}{title[1:]}"


def left_off(plan: Plan) -> str:
    """Return how many credentials the overview does not list; empty if it lists all."""
    more = len(plan.entries) - LISTED
    return f"and {more:,} more, below" if more > 0 else ""


def heading(entry: CredentialPlan) -> str:
    """Return the words for the state of `entry`, which follow its title in a heading."""
    # The title of a root user's key says that it is one.
    is_root = entry.leak.kind == ResponseKind.ROOT_KEY and entry.urgency is Urgency.LIVE_ROOT
    return WORDS[Urgency.LIVE if is_root else entry.urgency]


def shared(entries: Iterable[CredentialPlan]) -> dict[int, Shared]:
    """Return, by their numbers, how the steps of `entries` are written."""
    written: dict[tuple[object, ...], tuple[CredentialPlan, set[str]]] = {}
    found = {}
    for entry in entries:
        advice = (*entry.instead, *(each.instead for each in entry.advice))
        numbered = tuple(enumerate(entry.steps, 1))
        # Only where each step has its counterpart: the numbers of steps are the same then.
        key = (entry.playbook, entry.leak.kind, tuple(step.id for step in entry.steps))
        model, told = written.setdefault(key, (entry, set()))
        new = tuple(sentence for sentence in advice if sentence not in told)
        told.update(new)
        if model is entry:
            found[entry.number] = Shared(0, numbered, new)
            continue

        # Steps of the same IDs can differ in their text: what the report has decides on some.
        differing = tuple(pair for pair in numbered if pair[1] != model.steps[pair[0] - 1])
        found[entry.number] = Shared(model.number, differing, new)
    return found


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
