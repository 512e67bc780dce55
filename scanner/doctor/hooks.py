"""Hooks: whether git runs keycatch before a commit and before a push, and what is in the way."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Final

from scanner.doctor.interface import NOTE, OK, PROBLEM, Result
from scanner.errors import KeycatchError
from scanner.files import read_regular
from scanner.hooks import location
from scanner.hooks.files import look
from scanner.hooks.managers import manager_of
from scanner.hooks.script import CALLS, FRAMEWORK, SERVER, HookKind
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.hooks.files import Hook
    from scanner.hooks.location import HooksLocation

_WANTED: Final = ("pre-commit", "pre-merge-commit", "pre-push")
_STAGED: Final = re.compile(rb"keycatch staged|scanner staged|id: *[\"']?keycatch(?![\w-])")
_PUSH: Final = re.compile(rb"keycatch push|scanner push|keycatch-push")
_INSTALL: Final = "keycatch install"
_FRAMEWORK_FILE: Final = ".pre-commit-config.yaml"
_MANAGER_FILES: Final = {
    "husky": (".husky/{name}",),
    "husky 4": ("package.json", ".huskyrc", ".huskyrc.json", ".huskyrc.js", "husky.config.js"),
    "lefthook": ("lefthook.yml", ".lefthook.yml", "lefthook.yaml", "lefthook-local.yml"),
    "overcommit": (".overcommit.yml",),
    "simple-git-hooks": (
        "package.json", ".simple-git-hooks.json", "simple-git-hooks.json", ".simple-git-hooks.js",
        ".simple-git-hooks.cjs", "simple-git-hooks.js",
    ),
}  # fmt: skip
"""Where each manager of hooks is told what to run, from the root of the work tree."""
_MOST: Final = 1 << 20


def results() -> Iterator[Result]:
    """Yield what is found about the hooks of the repository of the current directory."""
    try:
        place = location.here()
    except KeycatchError:
        return  # no repository, which another check reports
    if place.is_bare:
        yield from _server(place)
        return

    setting = place.setting
    if os.path.lexists(place.directory) and not os.path.isdir(place.directory):
        said = f"{printable(place.directory)} is not a directory, so git runs no hooks"
        unset = f"git config --{setting.scope} --unset core.hooksPath" if setting else ""
        move = f"mv {_quoted(place.directory)} {_quoted(place.directory + '.old')}"
        yield Result(PROBLEM, "hooks", said, unset or move)
        return
    if setting:
        said = f"core.hooksPath in {setting.origin} is {printable(setting.value)}"
        yield Result(NOTE, "hooks", f"{said}: git runs the hooks there, and none of .git/hooks")
    for name in _WANTED:
        try:
            yield _hook(place, name)
        except KeycatchError as error:
            yield Result(PROBLEM, "hooks", str(error), _INSTALL)


def _server(place: HooksLocation) -> Iterator[Result]:
    hook = look(place.directory, SERVER)
    if hook.kind is None:
        said = f"no {SERVER} hook: pushes to this repository are not checked"
        yield Result(NOTE, "hooks", said, f"{_INSTALL} --server")
    elif hook.kind is HookKind.FOREIGN and b"keycatch" not in hook.content:
        said = f"{printable(hook.path)} does not run keycatch"
        yield Result(NOTE, "hooks", said, f"{_INSTALL} --server")
    else:
        yield _runs(hook, SERVER)


def _hook(place: HooksLocation, name: str) -> Result:
    hook = look(place.directory, name)
    if hook.kind in (HookKind.OURS, HookKind.EDITED):
        return _runs(hook, name)
    top = _top(place)
    through = _managed(hook, name, top) or _framework(hook, name, top)
    if through is not None:
        return through
    if hook.kind is HookKind.FOREIGN:
        if _call(name).search(hook.content):
            return _runs(hook, name)
        return Result(
            _weight(name),
            "hooks",
            f"{printable(hook.path)} does not run keycatch",
            _add(place, name),
        )
    return _missing(place, name)


def _runs(hook: Hook, name: str) -> Result:
    path = printable(hook.path)
    if os.name != "nt" and not os.access(hook.path, os.X_OK):
        said = f"{path} is not executable, so git does not run it"
        return Result(PROBLEM, "hooks", said, f"chmod +x {_quoted(hook.path)}")
    edited = " (changed since keycatch wrote it)" if hook.kind is HookKind.EDITED else ""
    return Result(OK, "hooks", f"{name} runs keycatch: {path}{edited}")


def _missing(place: HooksLocation, name: str) -> Result:
    own = os.path.join(place.own, name)
    is_elsewhere = not location.is_same(place.own, place.directory)
    if place.setting and is_elsewhere and os.path.lexists(own):
        said = f"core.hooksPath keeps git from running {printable(own)}"
        return Result(_weight(name), "hooks", said, _add(place, name))
    what = {
        "pre-commit": "commits are not checked",
        "pre-merge-commit": "merges are not checked before they are pushed",
        "pre-push": "pushes are not checked",
    }[name]
    return Result(_weight(name), "hooks", f"no {name} hook: {what}", _add(place, name))


def _managed(hook: Hook, name: str, top: str) -> Result | None:
    """Return what is to be said where another tool looks after the hook; None where none does."""
    manager = manager_of(hook.path, hook.content)
    if manager is None:
        return None
    files = [each.format(name=name) for each in _MANAGER_FILES[manager.name]]
    for file in files:
        if _call(name).search(_content(os.path.join(top, file))):
            return Result(OK, "hooks", f"{name} runs keycatch through {manager.name}: {file}")
    call = f"keycatch {CALLS[name]}"
    fix = f"add `{call}` to {name} in {files[0]}"
    if manager.name == "husky":
        fix = f"echo {shlex.quote(call)} >> {files[0]}"
    said = f"{name} is run by {manager.name}, which does not run keycatch"
    return Result(_weight(name), "hooks", said, fix)


def _framework(hook: Hook, name: str, top: str) -> Result | None:
    """Return what is to be said where pre-commit or prek is in use; None where neither is."""
    is_installed = FRAMEWORK in hook.content
    configured = _call(name).search(_content(os.path.join(top, _FRAMEWORK_FILE)))
    if is_installed and configured:
        return Result(OK, "hooks", f"{name} runs keycatch through {_FRAMEWORK_FILE}")
    if is_installed:
        said = f"{name} is run by pre-commit or prek, and {_FRAMEWORK_FILE} has no keycatch for it"
        hook_id = "keycatch-push" if name == "pre-push" else "keycatch"
        fix = f"add the hook {hook_id} to {_FRAMEWORK_FILE} (docs/git.md has the lines)"
        return Result(_weight(name), "hooks", said, fix)
    if configured and hook.kind is None:
        said = f"{_FRAMEWORK_FILE} has keycatch for {name}, and the hook is not installed"
        return Result(_weight(name), "hooks", said, f"pre-commit install --hook-type {name}")
    return None


def _add(place: HooksLocation, name: str) -> str:
    """Return how keycatch comes to be run where git looks for the hook."""
    if place.is_tracked:
        path = os.path.join(place.directory, name)
        call = shlex.quote(f"keycatch {CALLS[name]}")
        return f"echo {call} >> {_quoted(path)} && chmod +x {_quoted(path)}"
    is_wide = place.setting is not None and place.setting.is_one_for_all
    return f"{_INSTALL} --global" if is_wide else _INSTALL


def _weight(name: str) -> str:
    # A merge that is not checked is checked when it is pushed, and a CI job commits nothing.
    return NOTE if name == "pre-merge-commit" or os.environ.get("CI") else PROBLEM


def _call(name: str) -> re.Pattern[bytes]:
    return _PUSH if name == "pre-push" else _STAGED


def _top(place: HooksLocation) -> str:
    from scanner.git.work_tree import find_work_tree

    return find_work_tree(".") or os.path.dirname(os.path.dirname(place.own))


def _content(path: str) -> bytes:
    try:
        return read_regular(path, _MOST)
    except OSError:
        return b""


def _quoted(path: str) -> str:
    return printable(shlex.quote(path))
