"""`keycatch agent-hook`: what a coding agent is about to send, write, run or read, in its hook.

The tools let an action go on when a hook fails with any code but 2, so this ends with 0 or 2, and
with 2 whenever it could not look: a payload that cannot be read, a configuration that cannot be
used, a defect, an interrupt.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from scanner.agents import AGENTS, load, recognise
from scanner.agents.interface import UNKNOWN, Answer, Event, Verdict
from scanner.errors import KeycatchError, UsageError
from scanner.files import discard
from scanner.secret import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scanner.agents.interface import Agent

LARGEST: Final = 64 << 20
"""Bytes of a payload that is looked at: the tools cut outputs at far less."""
_BLOCKED: Final = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    parser.add_argument(
        "agent",
        nargs="?",
        choices=tuple(AGENTS),
        metavar="AGENT",
        help=f"the tool whose payload it is: {', '.join(AGENTS)} (default: by the payload)",
    )
    parser.epilog = (
        "Reads the payload of a hook on standard input and answers as the tool expects it. Exit "
        "codes: 0 nothing to stop, or the answer is on standard output; 2 stopped, or not checked. "
        "`keycatch agent install` writes the hook."
    )


def plain(arguments: Sequence[str]) -> argparse.Namespace | None:
    """Return what `arguments` say where no parser is needed, as in every hook; else None.

    To make one takes a tenth of the time of a call.
    """
    if len(arguments) > 1 or not AGENTS.keys() >= {*arguments}:
        return None
    from scanner.commands.plain import namespace

    return namespace(agent=arguments[0] if arguments else None)


def run(args: argparse.Namespace) -> int:
    """Answer the payload on standard input; return 0 or 2."""
    agent: Agent | None = None
    event = Event("", "", "this")
    try:
        agent = load(args.agent) if args.agent else None
        payload = _payload()
        agent = load(recognise(payload)) if not args.agent or _is_other(payload) else agent
        assert agent is not None  # noqa: S101 -- for the type checker; one of the two is there
        event = agent.read(payload)
        answer = agent.answer(event, _verdict(event))
    except BaseException as error:  # noqa: BLE001 -- with any other code than 2 the tool goes on
        answer = _failed(agent, event, error)
    return _given(answer)


def _payload() -> dict[str, Any]:
    """Return the object on standard input; raises UsageError."""
    if sys.stdin is None:
        raise UsageError("standard input is closed, so there is no payload to check")
    content = sys.stdin.buffer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError(f"the payload is larger than {LARGEST >> 20} MiB: do it in parts")
    try:
        # `utf-8-sig` since PowerShell puts a mark before what it pipes.
        payload = json.loads(content.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError):
        raise UsageError("the payload on standard input is not JSON that can be read") from None
    if not isinstance(payload, dict):
        raise UsageError("the payload on standard input is not an object of JSON")
    return payload


def _is_other(payload: dict[str, Any]) -> bool:
    # Others run the hooks of Claude Code as well, and expect their own answers.
    return recognise(payload) in ("cursor", "copilot")


def _verdict(event: Event) -> Verdict:
    """Return what the scan says; raises KeycatchError where it cannot be made."""
    if event.kind == UNKNOWN:
        # To block would hold a session for good: an agent that may not stop goes on and on.
        return Verdict(note=f"keycatch does not know the event {event.name!r} and checked nothing")
    if not any(piece.text for piece in event.pieces):
        return Verdict()
    if event.folder and os.path.isdir(event.folder):
        os.chdir(event.folder)  # the hooks of a user may run elsewhere than in the project

    from scanner.commands.agent_check import check

    return check(event)


def _failed(agent: Agent | None, event: Event, error: BaseException) -> Answer:
    """Return the answer that blocks because of `error`, in the form of the tool if it is known."""
    if isinstance(error, KeycatchError):
        why = str(error)
    elif isinstance(error, Exception):
        from scanner.engine.defects import describe

        why = describe(error)
    else:
        why = "it was interrupted"
    reason = visible(f"keycatch could not check {event.what or 'this'}, so it was stopped: {why}")
    if agent is not None and event.kind:
        try:
            given = agent.answer(event, Verdict(reason))
        except Exception:  # noqa: BLE001 -- the code alone says enough
            given = Answer(_BLOCKED, "", reason)
        return given if given.code or given.stdout else Answer(_BLOCKED, "", reason)
    return Answer(_BLOCKED, "", reason)


def _given(answer: Answer) -> int:
    """Write `answer`, and return its code, or 2 where it cannot be written."""
    code = answer.code
    for stream, text in ((sys.stdout, answer.stdout), (sys.stderr, answer.stderr)):
        if not text:
            continue
        try:
            if stream is None:
                raise OSError
            stream.write(text + "\n")
            stream.flush()
        except (OSError, ValueError):
            if stream is not None:
                discard(stream)
            code = _BLOCKED
    return code
