"""Every tool in the registry has what its kind needs, and stops what its payloads carry."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from scanner.agents import AGENTS, load, recognise
from scanner.agents.configuration import command_for, events_of, new_text
from scanner.agents.interface import CALL, OUTPUT, PROMPT, UNKNOWN, Verdict

ROOT = Path(__file__).resolve().parents[2]
PAYLOADS = ROOT / "tests" / "agents" / "payloads"


def recorded(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


CASES = [
    (name, case) for name in AGENTS for case in recorded(name) if case not in ("source", "unknown")
]


@pytest.mark.parametrize("name", AGENTS)
def test_a_member_is_complete(name):
    agent = load(name)
    assert agent.name == name
    assert (ROOT / "tests" / "agents" / f"test_{name}.py").is_file()
    assert (PAYLOADS / f"{name}.json").is_file()
    assert recorded(name)["source"] == agent.reference
    rows = (ROOT / "docs" / "agents.md").read_text("utf-8").splitlines()
    assert any(row.startswith(f"| `{name}`") and agent.reference in row for row in rows)


def test_every_module_is_registered():
    folder = ROOT / "scanner" / "agents"
    members = set()
    for path in folder.glob("*.py"):
        names = {
            node.target.id
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        if "AGENT" in names:
            members.add(path.stem)
    assert members == set(AGENTS)


@pytest.mark.parametrize("name", AGENTS)
def test_payloads_of_all_kinds_are_recorded(name):
    kinds = {
        load(name).read(value).kind for case, value in recorded(name).items() if case != "source"
    }
    assert {PROMPT, CALL, OUTPUT, UNKNOWN} <= kinds


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_payload_is_recognised(name, case):
    assert recognise(recorded(name)[case]) == name


@pytest.mark.parametrize("name", AGENTS)
def test_what_is_written_is_found_again(name):
    agent, command = load(name), command_for(name, "/opt/it's here/keycatch")
    text = new_text(agent, command)
    events = events_of(agent, "file", text)
    assert events == {entry.event: command for entry in agent.entries(command)}
    assert json.loads(text).items() >= agent.frame.items()


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_payload_with_a_credential_is_answered(name, case, payload, hook, plant):
    pair = plant.pair()
    secrets = [line.split(" = ")[1] for line in pair.splitlines()]
    patch = "".join(f"+{line}\n" for line in pair.splitlines())
    patch = f"*** Begin Patch\n*** Add File: new.txt\n{patch}*** End Patch\n"
    given = payload(name, case, pair, patch=patch)

    done = hook(given, load(name).answer(_event(name, given), _stopped()).code, secrets=secrets)
    assert "keycatch" in done.stdout + done.stderr
    assert "aws-access-key-pair" in done.stdout + done.stderr or "****" in done.stdout

    # The same answer where the configuration names the tool.
    assert hook(given, done.returncode, name) == done


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_payload_without_is_let_through(name, case, payload, hook):
    done = hook(payload(name, case, "make test", patch="*** Begin Patch\n*** End Patch\n"), 0)
    assert not done.stderr
    assert "deny" not in done.stdout
    assert "block" not in done.stdout


@pytest.mark.parametrize("name", AGENTS)
def test_an_unknown_event_is_announced(name, payload, hook):
    done = hook(payload(name, "unknown", ""), 0)
    assert "checked nothing" in done.stdout + done.stderr


def _event(name, given):
    return load(name).read(json.loads(json.dumps(given)))


def _stopped():
    return Verdict("reason", output={"textResultForLlm": "text"})
