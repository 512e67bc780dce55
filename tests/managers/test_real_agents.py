"""The hooks of coding agents in the real programs, from npm, with a model on loopback.

    npm install @anthropic-ai/claude-code @openai/codex @github/copilot @google/gemini-cli
    KEYCATCH_NODE_MODULES=. python -m pytest -m managers tests/managers/test_real_agents.py

The model is a server that asks for one call of a tool and then says that it is done. A program that
is not there is left out. Cursor and Windsurf are no programs of npm.
"""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.managers, pytest.mark.usefixtures("clean_environment")]
ROOT = Path(__file__).resolve().parents[2]

CODEX = """\
model = "test"
model_provider = "loopback"

[model_providers.loopback]
name = "loopback"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "MODEL_KEY"
request_max_retries = 0
stream_max_retries = 0
"""
GEMINI = {"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {}}


class Model(http.server.ThreadingHTTPServer):
    """Answers each request for a turn, and keeps what it was sent."""

    def __init__(self, answer: Any, command: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.command = command
        self.asked: list[str] = []
        self.turns = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads a request and lets the model answer."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        model: Any = self.server
        model.asked.append(body.decode("utf-8", "replace"))
        is_turn = b'"tools"' in body
        model.turns += is_turn
        command = model.command if is_turn and model.turns == 1 else ""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for name, data in model.answer(command):
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {json.dumps(data)}\r\n\r\n".encode())


def messages(tool: str) -> Any:
    """Return how the Messages API of Anthropic streams a turn."""

    def answer(command: str) -> Any:
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "m", "type": "message", "role": "assistant", "model": "test"}
        message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        block: dict[str, Any] = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": "done"}
        if command:
            block = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {}}
            made = json.dumps({"command": command, "description": "a test"})
            delta = {"type": "input_json_delta", "partial_json": made}
        end = {"stop_reason": "tool_use" if command else "end_turn", "stop_sequence": None}
        for event in (
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": end, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ):
            yield event["type"], event

    return answer


def responses(command: str) -> Any:
    """Yield a turn as the Responses API of OpenAI streams it."""
    item: dict[str, Any] = {"type": "message", "role": "assistant", "id": "m"}
    item["content"] = [{"type": "output_text", "text": "done"}]
    if command:
        item = {"type": "function_call", "id": "i", "call_id": "c", "name": "exec_command"}
        item["arguments"] = json.dumps({"cmd": command})
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    for event in (
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"id": "r", "usage": usage}},
    ):
        yield event["type"], event


def generated(command: str) -> Any:
    """Yield a turn as the API of Gemini streams it."""
    part: dict[str, Any] = {"text": "done"}
    if command:
        part = {"functionCall": {"name": "run_shell_command", "args": {"command": command}}}
    content = {"role": "model", "parts": [part]}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    candidate = {"content": content, "finishReason": "STOP", "index": 0}
    yield "", {"candidates": [candidate], "usageMetadata": usage}


TOOLS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "claude": (messages("Bash"), ("--allowedTools", "Bash", "-p")),
    "codex": (
        responses,
        ("exec", "--dangerously-bypass-hook-trust", "--dangerously-bypass-approvals-and-sandbox"),
    ),
    "copilot": (messages("bash"), ("--allow-all-tools", "-p")),
    "gemini": (generated, ("-y", "-m", "gemini-2.5-flash", "-p")),
}
"""How each model answers, and the options before a prompt."""


@pytest.fixture(params=TOOLS)
def agent(request, repository, tmp_path, monkeypatch, clean_environment):
    """Install the hook for the user, and return a function that runs a prompt."""
    name = request.param
    folder = Path(os.environ.get("KEYCATCH_NODE_MODULES", "")).resolve() / "node_modules" / ".bin"
    if not (folder / name).exists():
        pytest.skip(f"{name} is not installed there")
    program = tmp_path / "bin" / "keycatch"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable} -P\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
        "from scanner.commands import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    answer, options = TOOLS[name]
    servers = []

    def run(prompt, command=""):
        model = Model(answer, command)
        threading.Thread(target=model.serve_forever, daemon=True).start()
        servers.append(model)
        env = {
            "PATH": os.pathsep.join((str(folder), os.environ["PATH"])),
            "HOME": str(clean_environment),
            **_variables(model.url),
        }
        _settings(clean_environment, model.url)
        install = (str(program), "agent", "install", name, "--user")
        subprocess.run(install, cwd=repository.root, env=env, check=True, capture_output=True)
        done = subprocess.run(
            (name, *options, prompt), cwd=repository.root, env=env, capture_output=True, text=True,
            check=False, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return model.asked, done.stdout + done.stderr

    yield run
    for server in servers:
        server.shutdown()
        server.server_close()


def _variables(url):
    return {
        "ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "none",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "MODEL_KEY": "none",
        "COPILOT_OFFLINE": "true", "COPILOT_PROVIDER_BASE_URL": url,
        "COPILOT_PROVIDER_TYPE": "anthropic", "COPILOT_PROVIDER_API_KEY": "none",
        "COPILOT_MODEL": "claude-sonnet-4.5", "GEMINI_API_KEY": "none",
        "GOOGLE_GEMINI_BASE_URL": url, "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }  # fmt: skip


def _settings(home, url):
    for name, text in (
        (".codex/config.toml", CODEX.format(url=url)),
        (".gemini/settings.json", json.dumps(GEMINI, indent=2)),
    ):
        path = home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_what_carries_nothing_goes_on(agent, repository):
    asked, said = agent("go on", "echo hello > made")
    assert len(asked) >= 2, said
    assert (repository.root / "made").read_text() == "hello\n"


def test_a_command_is_not_run_and_the_model_hears_why(agent, repository, plant):
    asked, said = agent("go on", f"echo AWS_SECRET_ACCESS_KEY={plant.secret()} > made")
    assert not (repository.root / "made").exists(), said
    assert "keycatch stopped this command" in asked[-1]


def test_a_prompt_does_not_reach_the_model(agent, plant):
    pair = plant.pair()
    asked, said = agent(f"use {pair}")
    assert "keycatch" in said or "UserPromptSubmit Blocked" in said  # all that `codex exec` prints
    for value in (line.split(" = ")[1] for line in pair.splitlines()):
        assert not any(value in body for body in asked)


def test_an_output_does_not_reach_the_model(agent, repository, plant):
    pair = plant.pair()
    repository.write("notes.txt", pair)
    asked, said = agent("go on", "cat notes.txt")
    assert len(asked) >= 2, said
    assert "keycatch has taken it out" in asked[-1]
    for value in (line.split(" = ")[1] for line in pair.splitlines()):
        assert not any(value in body for body in asked)
