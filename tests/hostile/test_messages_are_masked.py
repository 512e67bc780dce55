"""No message quotes a credential: of arguments, configurations, rule files, or what git says."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.console import masked
from scanner.rulebook.generator import Generator

_MADE = Generator(11)
_VALUES = (
    _MADE.access_key_id(),
    _MADE.temporary_access_key_id(),
    _MADE.secret_access_key(),
    _MADE.session_token(),
)

_ARGUMENTS = (
    ("{}",),
    ("scan", "--{}"),
    ("scan", "--fail-on", "{}"),
    ("scan", "--jobs", "{}"),
    ("scan", "--format", "{}"),
    ("scan", "--disable", "{}"),
    ("scan", "--exclude", "/{}"),
    ("scan", "--config", "{}"),
    ("scan", "missing-{}"),
    ("range", "{}..HEAD"),
    ("rules", "show", "{}"),
    ("respond", "{}"),
    ("history", "{}"),
)


@pytest.mark.parametrize("arguments", _ARGUMENTS, ids=" ".join)
def test_an_error_about_arguments_quotes_no_credential(
    arguments: tuple[str, ...], keycatch: Any, repository: Any
) -> None:
    value = _VALUES[0]
    done = keycatch(*(each.format(value) for each in arguments), cwd=repository.root)
    assert done.returncode == 2
    assert value not in done.stdout + done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    "text",
    ["{} = 1", 'exclude = ["/{}"]', 'rules = ["{}"]', 'disable = ["{}"]', 'baseline = "{}"', "[{}"],
)
def test_an_error_about_a_configuration_quotes_none(
    text: str, keycatch: Any, repository: Any
) -> None:
    repository.write(".keycatch.toml", text.format(_VALUES[0]) + "\n")
    repository.write("a.txt")
    done = keycatch("scan", cwd=repository.root)
    assert done.returncode == 2
    assert _VALUES[0] not in done.stdout + done.stderr


@pytest.mark.parametrize("text", ["id: !{} x", "id: !!{} x", "{0}: 1\n{0}: 2", "id: *{}", "{}: 2"])
def test_an_error_about_a_rule_file_quotes_none(text: str, keycatch: Any, repository: Any) -> None:
    repository.write("r.yaml", text.format(_VALUES[0]) + "\n")
    repository.write(".keycatch.toml", 'rules = ["r.yaml"]\n')
    repository.write("a.txt")
    done = keycatch("scan", cwd=repository.root)
    assert done.returncode == 2
    assert _VALUES[0] not in done.stdout + done.stderr


@pytest.mark.parametrize("value", _VALUES)
@pytest.mark.parametrize("around", ["'{}'", "a={}", "/{}/x"[1:], "{}: no such file", "x {}"])
def test_each_form_of_credential_is_masked(value: str, around: str) -> None:
    assert value not in masked(around.format(value))


@pytest.mark.parametrize(
    "text",
    [
        "/home/runner/work/MyProject/MyProject2/src/main/Application",
        "0123456789abcdef0123456789abcdef01234567 is not in this clone",
        "no such file: docs/GettingStarted/FirstSteps/ForDevelopers2",
        "there is no rule `aws-access-key-identifier-of-a-temporary-credential`",
    ],
)
def test_what_is_no_credential_stays(text: str) -> None:
    assert masked(text) == text
