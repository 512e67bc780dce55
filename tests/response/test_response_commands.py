"""Commands in lines, and whether they change anything."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.response.commands import changes, lines


def joined(shown: list[str]) -> str:
    return "\n".join(shown).replace("\\\n", "")


@given(
    words=st.lists(
        st.sampled_from(["aws", "--a", "--bc", "'x --y; | z'", '"$A --b"', "do", "a;", "| b", "c"]),
        min_size=1, max_size=30,
    ),
    width=st.integers(10, 80),
)  # fmt: skip
def test_a_broken_command_is_the_same_command(words: list[str], width: int) -> None:
    command = " ".join(words)
    shown = lines(command, width)
    assert shlex.split(joined(shown)) == shlex.split(command)
    assert all(line.endswith(" \\") for line in shown[:-1])
    for line in shown:
        breakable = lines(line.removesuffix(" \\").strip(), 1)
        assert len(line) <= width or len(breakable) == 1, line


def test_short_commands_stay_on_one_line() -> None:
    command = "aws iam list-users --query 'Users[]' --output table"
    assert lines(command, len(command)) == [command]
    assert lines(command, len(command) - 1) == [
        "aws iam list-users --query 'Users[]' \\", "  --output table",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ('aws iam get-access-key-last-used --access-key-id "$KEY_ID"', False),
        ('aws iam update-access-key --access-key-id "$KEY_ID" --status Inactive', True),
        ("for EACH in $(aws ec2 describe-regions); do aws cloudtrail lookup-events; done", False),
        ("for EACH in $(aws ec2 describe-regions); do aws ec2 delete-key-pair; done", True),
        ("USER_NAME=$(aws iam get-user)", False),
        ("ROLE_NAME='<role>'", False),
        ("aws iam generate-credential-report", False),
        ("aws sts assume-root", True),
        ("aws iam get-credential-report | base64 --decode", False),
        ("openssl pkcs8 -topk8", False),
        ("keycatch history --verify-removed ../before.json", False),
        ("keycatch install", True),
        ("git filter-repo --replace-text x", True),
        ("rm ../replacements.txt", True),
        ("unset USER_NAME ROLE_NAME", False),
        ('echo "$USER_NAME"', False),
        ("printf '%s\\n' x", False),
        ('git restore --staged -- ":(top,literal)$FILE"', True),
    ],
)
def test_what_changes_something(command: str, expected: bool) -> None:
    assert changes(command) is expected


def test_the_steps_that_say_so_change_something(all_plans: Any) -> None:
    for plan in all_plans:
        said = {"deactivate", "revoke-sessions", "delete", "lift", "revoke-roles"}
        for entry in plan.entries:
            for step in entry.steps:
                if step.id in said and step.commands:
                    assert any(map(changes, step.commands)), step
                if step.id in ("trace", "left-behind", "user", "find-owner", "test", "verify"):
                    assert not any(map(changes, step.commands)), step
