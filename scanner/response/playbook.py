"""The playbooks as data: what to do about each kind of credential, from `rules/response.json`.

The file is compiled from the `response` of each rule and from `rules/response/` by
`tools/compile_rules.py`. Texts and commands come from there, and nothing in them comes from a
report: what a report says enters a command as the value of a shell variable, which
`scanner.response.variables` writes. A text may have code between backquotes and no other Markdown.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from scanner.errors import RuleError
from scanner.records import NamedTuple
from scanner.rulebook.files import data_path

FORMAT: Final = 1
"""Version of the layout of `rules/response.json`, so that a stale one is recognised."""

OTHER: Final = "other"
"""The playbook for what a rule of the user found."""


class Step(NamedTuple):
    """One thing to do."""

    id: str
    """Stable, for programs: the same thing has the same ID in every playbook."""
    title: str
    text: tuple[str, ...] = ()
    """Sentences: why, what to look at, what not to do."""
    commands: tuple[str, ...] = ()
    """Lines for a POSIX shell, in their order."""


class Playbook(NamedTuple):
    """What to do about one kind of credential."""

    title: str
    """What the credential is."""
    steps: tuple[Step, ...]
    """The steps, where they are the same for every credential of the kind."""
    steps_from: str
    """Where they depend on the credential: `MODULE.FUNCTION` in `scanner.response.playbooks`."""
    instead: tuple[str, ...]
    """What to use in its place, in sentences."""
    by_path: bool
    """Whether the paths of the files show what else would have done: see `prevention`."""
    over: bool
    """Whether the credential gives nobody access any more, whatever its state."""


@cache
def _compiled() -> dict[str, Any]:
    path = data_path("response.json")
    try:
        with open(path, encoding="utf-8") as file:
            content: dict[str, Any] = json.load(file)
        if content["format"] != FORMAT:
            raise ValueError("it was written by another version")
        return content
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise RuleError(path, "", f"is damaged ({error}); install the program again") from None


def names() -> list[str]:
    """Return the names of all playbooks, sorted."""
    return sorted(_compiled()["playbooks"])


def name_for(rule_id: str) -> str:
    """Return the name of the playbook for what the rule `rule_id` found."""
    name: str = _compiled()["rules"].get(rule_id, OTHER)
    return name


@cache
def load(name: str) -> Playbook:
    """Return the playbook called `name`."""
    data = _compiled()["playbooks"][name]
    return Playbook(
        title=data["title"],
        steps=tuple(map(_step, data.get("steps", ()))),
        steps_from=data.get("steps_from", ""),
        instead=tuple(data.get("instead", ())),
        by_path=data.get("by_path", False),
        over=data.get("over", False),
    )


def step(name: str, *also: str, **values: str) -> Step:
    """Return the shared step called `name` in `rules/response/steps.yaml`.

    The sentences `also` follow its own. Each `<word>` in its texts and commands is replaced by the
    value of that name, with `_` in the name for `-` in the word.
    """
    found = _step(_compiled()["steps"][name])

    def filled(lines: tuple[str, ...]) -> tuple[str, ...]:
        for word, value in values.items():
            lines = tuple(line.replace(f"<{word.replace('_', '-')}>", value) for line in lines)
        return lines

    return found._replace(
        text=(*filled(found.text), *also),
        commands=filled(found.commands),
    )


def declared(name: str) -> tuple[str, str]:
    """Return the placeholder and the meaning of a variable that no report can fill in."""
    variable = _compiled()["variables"][name]
    return variable["placeholder"], variable["meaning"]


def _step(data: dict[str, Any]) -> Step:
    return Step(
        data["id"], data["title"], tuple(data.get("text", ())), tuple(data.get("commands", ()))
    )
