"""Coding agents: whether those that are in use here run keycatch as their hook."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from scanner.agents import AGENTS
from scanner.agents.configuration import AgentError
from scanner.agents.status import BROKEN, INSTALLED, Status, path_of, status_of
from scanner.doctor.interface import NOTE, OK, PROBLEM, Result
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOPIC: Final = "agents"
_SHARED: Final = "copilot"
"""The tool whose directories of a project say nothing about it: `.github` is for much else."""


def results() -> Iterator[Result]:
    """Yield what is found about each tool; nothing about one that is not in use."""
    for name, title in AGENTS.items():
        found: list[Status] = []
        for is_user in (False, True):
            try:
                status = status_of(name, is_user=is_user)
            except AgentError as error:
                yield Result(NOTE, _TOPIC, f"{title}: {error}")
                found.append(Status("", ""))
                continue
            found.append(status)
            yield from _result(name, title, status, is_user=is_user)

        if not any(status.state in ("", INSTALLED, BROKEN) for status in found) and _in_use(name):
            said = f"{title} is in use here and does not run keycatch"
            yield Result(NOTE, _TOPIC, said, f"keycatch agent install {name}")


def _result(name: str, title: str, status: Status, *, is_user: bool) -> Iterator[Result]:
    where = printable(status.path)
    if status.state == INSTALLED:
        yield Result(OK, _TOPIC, f"{title} runs keycatch: {where}")
    elif status.state == BROKEN:
        again = f"keycatch agent install {name}{' --user' if is_user else ''}"
        said = f"{title} does not run keycatch as it should, {where}: {status.reason}"
        yield Result(PROBLEM, _TOPIC, said, status.fix or again)


def _in_use(name: str) -> bool:
    levels = (True,) if name == _SHARED else (False, True)
    return any(os.path.isdir(os.path.dirname(path_of(name, is_user=is_user))) for is_user in levels)
