"""Recorded payloads, with made-up values put in, and the hook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PAYLOADS = Path(__file__).parent / "payloads"


def filled(value: Any, texts: dict[str, str]) -> Any:
    """Return a recorded value with `@NAME@` replaced; `{"@JSON@": value}` becomes a text of it."""
    if isinstance(value, str):
        for name, text in texts.items():
            value = value.replace(f"@{name}@", text)
        return value
    if isinstance(value, list):
        return [filled(each, texts) for each in value]
    if isinstance(value, dict):
        if set(value) == {"@JSON@"}:
            return json.dumps(filled(value["@JSON@"], texts))
        return {key: filled(each, texts) for key, each in value.items()}
    return value


def recorded(name: str) -> dict[str, Any]:
    """Return the payloads of a tool as its documentation has them."""
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return found


@pytest.fixture
def payload(tmp_path):
    """Return a payload of a tool with a text in it."""

    def make(name, case, text, old="nothing", patch=""):
        texts = {"FOLDER": str(tmp_path), "TEXT": text, "OLD": old, "PATCH": patch}
        return filled(recorded(name)[case], texts)

    return make


@pytest.fixture
def hook(keycatch, tmp_path, clean_environment):
    """Run the hook on a payload, and require the code and that no value is in the answer."""

    def run(payload, code, *arguments, secrets=(), **options):
        given = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        done = keycatch("agent-hook", *arguments, given=given, cwd=tmp_path, **options)
        assert done.returncode == code, done
        for secret in secrets:
            assert secret not in done.stdout + done.stderr
        return done

    return run
