"""Turn the `response` of the rules and the files in `rules/response/` into one file for `respond`.

`use: NAME` in a list of steps stands for a shared step: `with` fills in its `<words>`, and the
sentences under `also` follow its own. Everything else is copied. Used by `compile_rules.py`.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from scanner.errors import RuleError
from scanner.response.playbook import FORMAT
from scanner.rulebook.loading import read_mapping

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.rulebook.checking import RuleFile

_STEP: Final = {"id", "title", "text", "commands"}
_USE: Final = {"use", "with", "also"}
_PLAYBOOK: Final = {"title", "steps", "steps_from", "instead", "by_path", "over"}
_RULE: Final = {*_PLAYBOOK, "name", "same_as", "variables"}
_VARIABLE: Final = {"placeholder", "meaning"}


def compiled_text(files: Sequence[RuleFile], directory: str) -> str:
    """Return the content of `rules/response.json`; raises RuleError that says what to correct.

    `directory` is `rules/response/`, which has the shared steps, the variables of these, and the
    playbooks without a rule.
    """
    shared = _mapping(os.path.join(directory, "steps.yaml"))
    for name, step in shared.items():
        _known(step, _STEP, "rules/response/steps.yaml", name)

    playbooks = {
        name: _playbook(data, shared, "rules/response/playbooks.yaml", name)
        for name, data in _mapping(os.path.join(directory, "playbooks.yaml")).items()
    }
    variables = _mapping(os.path.join(directory, "variables.yaml"))
    rules = _names(files)
    for file in files:
        response: Mapping[str, Any] = file.response
        source = f"rules/{file.rule.id}.yaml"
        if "same_as" not in response:
            playbooks[rules[file.rule.id]] = _playbook(response, shared, source, "response")
        for name, variable in response.get("variables", {}).items():
            _known(variable, _VARIABLE, source, f"response.variables.{name}")
            if variables.setdefault(name, variable) != variable:
                raise RuleError(source, f"response.variables.{name}", "has another meaning already")

    content = {
        "format": FORMAT,
        "rules": rules,
        "playbooks": playbooks,
        "steps": shared,
        "variables": variables,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _names(files: Sequence[RuleFile]) -> dict[str, str]:
    """Return the name of the playbook for each rule: that of the rule without `aws-`, or another.

    A rule gives another `name` where several kinds have one playbook, and names with `same_as` the
    rule that has it.
    """
    own: dict[str, str] = {}
    borrowed: dict[str, str] = {}
    for file in files:
        rule_id, response = file.rule.id, file.response
        _known(response, _RULE, f"rules/{rule_id}.yaml", "response")
        if "same_as" in response:
            borrowed[rule_id] = str(response["same_as"])
        else:
            own[rule_id] = str(response.get("name", rule_id.removeprefix("aws-")))

    for rule_id, other in borrowed.items():
        if other not in own:
            raise RuleError(
                f"rules/{rule_id}.yaml", "response.same_as", f"`{other}` has no response of its own"
            )
        own[rule_id] = own[other]
    return dict(sorted(own.items()))


def _playbook(
    data: Mapping[str, Any], shared: Mapping[str, Any], source: str, key: str
) -> dict[str, Any]:
    _known(data, _RULE, source, key)
    if ("steps" in data) == ("steps_from" in data) or "title" not in data:
        raise RuleError(source, key, "needs a `title`, and either `steps` or `steps_from`")

    made = {name: data[name] for name in data if name in _PLAYBOOK}
    if "steps" in data:
        made["steps"] = [_step(each, shared, source, key) for each in data["steps"]]
    return made


def _step(
    data: Mapping[str, Any], shared: Mapping[str, Any], source: str, key: str
) -> dict[str, Any]:
    if "use" not in data:
        _known(data, _STEP, source, f"{key}.steps")
        return dict(data)

    _known(data, _USE, source, f"{key}.steps")
    if data["use"] not in shared:
        raise RuleError(source, f"{key}.steps", f"there is no shared step `{data['use']}`")
    step = dict(shared[data["use"]])
    step["text"] = [*step.get("text", ()), *data.get("also", ())]
    for word, value in data.get("with", {}).items():
        for part in ("text", "commands"):
            step[part] = [line.replace(f"<{word}>", value) for line in step.get(part, ())]
    return step


def _mapping(path: str) -> dict[str, Any]:
    content = read_mapping(path)
    if not isinstance(content, dict):
        raise RuleError(path, "", "has to be a mapping of names")
    return content


def _known(data: object, keys: set[str], source: str, key: str) -> None:
    if not isinstance(data, dict) or not data:
        raise RuleError(source, key, "is missing or no mapping")
    unknown = sorted(map(str, data.keys() - keys))
    if unknown:
        raise RuleError(source, key, f"there is no key `{unknown[0]}` here")
