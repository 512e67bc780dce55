"""What a repository brings for keycatch: rules, settings and marks, none of which works unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.kinds.examples import expand

RULE = """\
id: {id}
name: X
summary: X.
severity: note
confidence: {confidence}
role: {role}
anchors:
  - literal: {literal}
pattern: '{pattern}'
options:
  keep_placeholders: true
"""
SHAPELESS = expand("aws_secret_access_key = {{secret_access_key}}", "x")[:-6] + "\n"


def rule(repository: Any, **said: str) -> None:
    fields = {
        "id": "mine", "confidence": "high", "role": "token", "literal": "secret_access_key",
        "pattern": r"key = (?P<value>\S+)",
    }  # fmt: skip
    repository.write("rule.yaml", RULE.format(**(fields | said)))
    repository.write(".keycatch.toml", 'rules = ["rule.yaml"]\n')


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
@pytest.mark.parametrize("role", ["token", "secret"])
def test_what_a_rule_has_in_place_of_a_shipped_one_is_said(
    role: str, form: str, repository: Any, keycatch: Any
) -> None:
    """A misshapen key fails with `--fail-on low`; what the rule finds there is a note."""
    repository.write("a.env", f"\n{SHAPELESS}")
    options = ("--fail-on", "low", "--format", form)
    done = keycatch("scan", ".", *options, cwd=repository.root)
    assert done.returncode == 1
    rule(repository, role=role)
    done = keycatch("scan", ".", *options, "-v", cwd=repository.root)
    assert done.returncode == 0
    assert {
        "text": "taken by a rule", "json": "taken-by-rule", "sarif": "rules of the user have",
        "markdown": "rules of the user have",
    }[form] in done.stdout  # fmt: skip
    assert "a.env" in done.stdout
    if form == "json":
        (value,) = done.report()["scan"]["set_aside_values"]
        assert (value["reason"], value["path"], value["line"]) == ("taken-by-rule", "a.env", 2)
        assert done.report()["scan"]["counts"]["set_aside"] == {"taken-by-rule": 1}


def test_a_rule_that_takes_nothing_is_not_mentioned(repository: Any, keycatch: Any) -> None:
    rule(repository)
    repository.write("a.env", "other_secret_access_key = short\n")
    done = keycatch("scan", ".", "--format", "json", cwd=repository.root)
    assert done.report()["scan"]["counts"]["set_aside"] == {}


@pytest.mark.parametrize("name", [
    "aws-misshapen-key", "aws-access-key-id", "aws-access-key-pair", "AWS-access-key-id",
    "aws\u2010access-key-id",
])  # fmt: skip
def test_the_id_of_a_shipped_rule(name: str, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.write("a.env", plant.pair())
    rule(repository, id=name)
    done = keycatch("scan", ".", cwd=repository.root)
    assert done.returncode == 2
    assert "rule.yaml" in done.stderr


# -- settings -------------------------------------------------------------------------------------

Place = Callable[[Path, str], None]


def below(root: Path, text: str) -> None:
    (root / "sub").mkdir(exist_ok=True)
    (root / "sub/.keycatch.toml").write_text(text)


def in_the_directory_of_git(root: Path, text: str) -> None:
    (root / ".git/.keycatch.toml").write_text(text)


def above(root: Path, text: str) -> None:
    (root.parent / ".keycatch.toml").write_text(text)


def in_capitals(root: Path, text: str) -> None:
    (root / ".KEYCATCH.TOML").write_text(text)


def without_a_dot(root: Path, text: str) -> None:
    (root / "keycatch.toml").write_text(text)


def in_another_table(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.other.keycatch]\n{text}")


def in_setup(root: Path, text: str) -> None:
    (root / "setup.cfg").write_text(f"[tool.keycatch]\n{text}")


ELSEWHERE: tuple[Place, ...] = (
    below, in_the_directory_of_git, above, in_capitals, without_a_dot, in_another_table, in_setup,
)  # fmt: skip
HIDES = 'exclude = ["sub/"]\ndisable = ["aws-access-key-pair"]\n'


@pytest.mark.parametrize("place", ELSEWHERE, ids=lambda place: place.__name__)
def test_a_configuration_in_another_place(
    place: Place, repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.write("sub/a.env", plant.pair())
    place(repository.root, HIDES)
    for where in (repository.root, repository.root / "sub"):
        assert keycatch("scan", ".", cwd=where).returncode == 1


@pytest.mark.parametrize("text", [
    'exclude = ["*"]\n', 'exclude = ["**"]\n', 'exclude = ["a.env"]\n', 'exclude = ["?.[e]nv"]\n',
    'disable = ["aws-access-key-pair", "aws-access-key-id", "aws-secret-access-key"]\n',
    'fail-on = "severity:critical"\n',
])  # fmt: skip
@pytest.mark.parametrize("form", ["text", "json", "csv", "github"])
def test_what_the_configuration_takes_away_is_said(
    text: str, form: str, repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.write("a.env", f"key = {plant.key_id()}\n" if "fail-on" in text else plant.pair())
    repository.write(".keycatch.toml", text)
    done = keycatch("scan", ".", "--format", form, cwd=repository.root)
    if done.returncode == 0:
        assert ".keycatch.toml" in done.stderr


def test_an_account_that_the_configuration_calls_a_decoy_fails_all_the_same(
    repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.write("a.env", plant.pair())
    (found,) = keycatch("scan", ".", "--format", "json", cwd=repository.root).report()["findings"]
    account = found["account_id"]
    for key in ("canary-accounts", "own-accounts", "liveness-deny"):
        repository.write(".keycatch.toml", f'{key} = ["{account}"]\n')
        assert keycatch("scan", ".", cwd=repository.root).returncode == 1


# -- marks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "# keycatch:allow\n\n{0}", "# keycatch:allow-file\n{0}", "{0}# keycatch:allow\n",
    "# keycatch:allow-next-line\n\n{0}", "keycatch : allow\n{0}", "# KEYCATCH:ALLOW\n\n\n{0}",
    "# gitleaks:allow\n\n{0}", "# nosec\n{0}", "# noqa\n{0}", "# pragma: no cover\n{0}",
    "\u2028# keycatch:allow\u2028{0}", "\0keycatch:allow\0\n{0}",
])  # fmt: skip
def test_what_is_no_mark_of_the_line(text: str, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.write("a.env", text.format(f"\n{plant.pair()}\n"))
    assert keycatch("scan", ".", cwd=repository.root).returncode == 1


@pytest.mark.parametrize("hidden", [
    "*.env -text", "*.env linguist-generated", "*.env linguist-vendored", "*.env gitleaks=false",
    "*.env export-ignore", "*.env -diff", "*.env merge=ours", "*.env delta=false",
])  # fmt: skip
def test_attributes_of_files(hidden: str, repository: Any, keycatch: Any, plant: Any) -> None:
    repository.write("a.env", plant.pair())
    repository.write(".gitattributes", f"{hidden}\n")
    repository.write(".gitignore", "*.env\n")
    repository.write(".keycatchignore", "*\n")
    repository.write(".gitleaksignore", "*\n")
    repository.write(".secretlintignore", "*\n")
    repository.git("add", "-Af")
    for command in (["scan", "."], ["staged"]):
        assert keycatch(*command, cwd=repository.root).returncode == 1
