"""keycatch in the configuration of lefthook: YAML that people wrote, so that all else stays.

The lines are put where the parser found the hook, and the result is parsed again: it has to be what
was there and the new entry, or nothing is written.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import yaml

from scanner.hooks.managed import Edit, by_hand, read
from scanner.hooks.managers import managed_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME: Final = "keycatch"
_FILES: Final = ("lefthook", ".lefthook", os.path.join(".config", "lefthook"))
_MARK: Final = "  # keycatch install"
"""On each line that is added, so that it is found again."""

# An empty entry of the variable is the work tree, from which Python would import. It is a setting,
# since a command with an assignment before it is one for a shell.
_ISOLATED: Final = {"env": {"PYTHONPATH": ""}}
ENTRIES: Final[dict[str, dict[str, Any]]] = {
    "pre-commit": {"run": "keycatch staged", **_ISOLATED},
    "pre-merge-commit": {"run": "keycatch staged", **_ISOLATED},
    "commit-msg": {"run": "keycatch commit-msg {1}", **_ISOLATED},
    # Without use_stdin the list of what is pushed does not arrive.
    "pre-push": {"run": "keycatch push {1} {2}", "use_stdin": True, **_ISOLATED},
}


def edits_of(directory: str, top: str, names: Sequence[str], undo: bool) -> Iterator[Edit]:
    """Yield the edits of the configuration and of the hooks."""
    path, before = _configuration(top)
    text = _without(before) if undo else before
    if not undo:
        for name in names:
            text = _with(text, name, path)
    left = _parsed(text, path)
    if text == before and undo:
        return
    yield Edit(path, before, text)

    pattern = _pattern(directory)
    for name in names:
        hook = os.path.join(directory, name)
        present = read(hook)
        if name not in left:
            if managed_by(present or "") == "lefthook":
                yield Edit(hook, present, None, True)
        elif present is None and pattern:
            # As lefthook writes it: its hooks differ in nothing but the name.
            yield Edit(hook, None, pattern[1].replace(f'"{pattern[0]}"', f'"{name}"'), True)


def _configuration(top: str) -> tuple[str, str]:
    for stem in _FILES:
        for end in ("yml", "yaml"):
            path = os.path.join(top, f"{stem}.{end}")
            if (text := read(path)) is not None:
                return path, text
        for end in ("toml", "json", "jsonc"):
            path = os.path.join(top, f"{stem}.{end}")
            if os.path.exists(path):
                raise by_hand(path, "is not YAML", "`keycatch staged` to its pre-commit")
    raise by_hand(os.path.join(top, "lefthook.yml"), "is not there", "`keycatch staged`")


def _parsed(text: str, path: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise by_hand(path, "cannot be read as YAML", "`keycatch staged`") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise by_hand(path, "is not a configuration of lefthook", "`keycatch staged`")
    return found


def _with(text: str, name: str, path: str) -> str:
    """Return `text` with the entry of the hook `name`."""
    document = _parsed(text, path)
    hook = document.get(name)
    if _has(hook):
        return text

    what = f"`{ENTRIES[name]['run']}` to its {name}"
    if hook is None and name in document:
        raise by_hand(path, f"has an empty {name}", what)
    if hook is None:
        gap = "" if not text or text.endswith("\n") else "\n"
        added = _lines(f"{name}:", "  jobs:", *_item(name, "    "))
        result = f"{text}{gap}{added}"
    else:
        result = _inserted(text, name, path, what)
    after = _parsed(result, path)
    if not _has(after.get(name)) or _stripped(after, name, document) != document:
        raise by_hand(path, "is written in a way that cannot be added to", what)
    return result


def _has(hook: Any) -> bool:
    """Return whether a command or job of `hook` runs keycatch already."""
    if not isinstance(hook, dict):
        return False
    commands, jobs = hook.get("commands"), hook.get("jobs")
    entries = [*(commands.values() if isinstance(commands, dict) else ())]
    entries += jobs if isinstance(jobs, list) else []
    return any(isinstance(each, dict) and _NAME in str(each.get("run", "")) for each in entries)


def _inserted(text: str, name: str, path: str, what: str) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    hook = _member(root, name)
    if not isinstance(hook, yaml.MappingNode) or hook.flow_style:
        raise by_hand(path, f"has a {name} on one line", what)
    jobs, commands = _member(hook, "jobs"), _member(hook, "commands")

    if isinstance(jobs, yaml.SequenceNode) and not jobs.flow_style:
        mark = jobs.start_mark
        added = _lines(*_item(name, " " * mark.column))
    elif isinstance(commands, yaml.MappingNode) and not commands.flow_style and jobs is None:
        mark = commands.start_mark
        indent = " " * mark.column
        added = _lines(f"{indent}{_NAME}:", *(f"{indent}  {each}" for each in _fields(name)))
    elif jobs is None and commands is None:
        mark = hook.start_mark
        indent = " " * mark.column
        added = _lines(f"{indent}jobs:", *_item(name, f"{indent}  "))
    else:
        raise by_hand(path, f"has a {name} that cannot be added to", what)
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: mark.line], added, *lines[mark.line :]))


def _member(node: Any, key: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _fields(name: str) -> list[str]:
    texts = {"use_stdin": "true", "env": '{PYTHONPATH: ""}'}
    return [f"{key}: {texts.get(key, value)}" for key, value in ENTRIES[name].items()]


def _item(name: str, indent: str) -> list[str]:
    return [f"{indent}- name: {_NAME}", *(f"{indent}  {each}" for each in _fields(name))]


def _lines(*lines: str) -> str:
    return "".join(f"{line}{_MARK}\n" for line in lines)


def _without(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.rstrip("\r\n").endswith(_MARK))


def _stripped(after: dict[str, Any], name: str, before: dict[str, Any]) -> dict[str, Any]:
    """Return `after` without what was added for the hook `name` to `before`."""
    hook = dict(after[name])
    if isinstance(jobs := hook.get("jobs"), list):
        hook["jobs"] = [each for each in jobs if each != {"name": _NAME, **ENTRIES[name]}]
    if isinstance(commands := hook.get("commands"), dict):
        kept = {key: each for key, each in commands.items() if each != ENTRIES[name]}
        hook["commands"] = kept
    hook = {key: each for key, each in hook.items() if each not in ([], {})}
    kept = {key: each for key, each in after.items() if key != name}
    return {**kept, name: hook} if name in before else kept


def _pattern(directory: str) -> tuple[str, str] | None:
    """Return the name and the text of a hook that lefthook wrote."""
    for name in sorted(os.listdir(directory)):
        text = read(os.path.join(directory, name)) if "." not in name else None
        if text and managed_by(text) == "lefthook" and f'"{name}"' in text:
            return name, text
    return None
