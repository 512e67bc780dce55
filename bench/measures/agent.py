"""The command `agent`: what the hook of a coding agent costs, for each kind of payload.

The hook is started for every prompt and every step of an agent, so what counts is a call that finds
nothing, next to Python with the imports that such a program cannot do without.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.comparison import small_table
from bench.inputs.planted import plant
from bench.installed import CHECKOUT, SCANNER
from bench.machine import load, say
from bench.measures.startup import BARE, BASELINE
from bench.options import add_json, add_number
from bench.process import Command, place_in
from bench.report import Subject, publish
from bench.rounds import results, take_turns

if TYPE_CHECKING:
    import argparse

_LINE: Final = "option = value  # a line of a file that an agent writes\n"
_OUTPUT: Final = "src/module_12.py:40: assertion passed in 12 ms\n"


def configure(commands: Any) -> None:
    """Add `agent` to the subparsers `commands`."""
    command = commands.add_parser("agent", help="measure the hook of coding agents")
    command.set_defaults(run=_agent)
    add_number(command, "--rounds", 20)
    add_json(command)


def payloads(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a payload of each kind, as Claude Code has it; the last one carries a credential."""
    both = {"session_id": "bench", "cwd": str(folder)}
    before = {**both, "hook_event_name": "PreToolUse", "tool_use_id": "toolu_bench"}
    leak = plant(1, 0)[0].content.decode()
    return {
        "a prompt": {**both, "hook_event_name": "UserPromptSubmit", "prompt": "Add a test for it."},
        "a command": {**before, "tool_name": "Bash", "tool_input": {"command": "npm test"}},
        "a file of 20 kB": {
            **before,
            "tool_name": "Write",
            "tool_input": {"file_path": str(folder / "settings.py"), "content": _LINE * 360},
        },
        "an output of 100 kB": {
            **both,
            "hook_event_name": "PostToolUse",
            "tool_name": "Bash",
            "tool_input": {"command": "npm test"},
            "tool_response": {"stdout": _OUTPUT * 2_150, "stderr": ""},
        },
        "a command with a credential": {
            **before,
            "tool_name": "Bash",
            "tool_input": {"command": leak},
        },
    }


def _agent(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        folder = Path(work) / "project"
        folder.mkdir()
        commands = [BASELINE, BARE]
        for number, (name, payload) in enumerate(payloads(folder).items()):
            file = Path(work) / f"{number}.json"
            file.write_text(json.dumps(payload), "utf-8")
            exits = frozenset((2,)) if "credential" in name else frozenset((0,))
            argv = (*SCANNER, "agent-hook", "claude")
            commands.append(Command(f"hook: {name}", argv, CHECKOUT, str(file), exits=exits))

        loads = [load("at the start")]
        say("measuring the hook of a coding agent")
        # One processor: a payload is too small to share out.
        costs = take_turns(commands, place_in(Path(work), 1), args.rounds)

    rows = results(costs, BASELINE.name)
    table = small_table("agent", "The hook of a coding agent", rows, BASELINE.name)
    about: dict[str, Subject | str] = {"rounds": f"{args.rounds}, after one that does not count"}
    publish([table], jobs=1, about=about, loads=loads, json_file=args.json)
    return 0
