"""Steps for the long-term access key of an IAM user: stop it, replace it, delete it.

Source: IAM User Guide, "Managing access keys for IAM users". For a key that has leaked the order is
another one than for rotation: it is deactivated before there is a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.response.playbooks.interface import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def stop(case: Case) -> Iterator[Step]:
    """Yield the steps that find the user, unless the report names it, and deactivate the key."""
    yield owner(case)
    yield Step(
        "deactivate",
        "Deactivate the key, before anything else",
        (
            (
                "This stops whoever took it, and every program of yours that uses it. It can be "
                "undone with `--status Active`; do not delete the key yet."
            ),
            (
                "The second command has to show it as `Inactive`. A change of IAM takes some "
                "seconds until it holds everywhere."
            ),
        ),
        (
            (
                'aws iam update-access-key --user-name "$USER_NAME" --access-key-id "$KEY_ID" '
                "--status Inactive"
            ),
            'aws iam list-access-keys --user-name "$USER_NAME"',
        ),
    )


def owner(case: Case) -> Step:
    """Return the step that tells whose key it is and when it was last used."""
    commands = ['aws iam get-access-key-last-used --access-key-id "$KEY_ID"']
    if not case.user:
        commands.append(
            'USER_NAME=$(aws iam get-access-key-last-used --access-key-id "$KEY_ID" '
            "--query UserName --output text)"
        )
    if not case.account:
        commands.insert(0, 'aws sts get-access-key-info --access-key-id "$KEY_ID"')
    return Step(
        "find-owner",
        "See whose key it is, and when and where it was last used",
        (
            *(
                ()
                if case.account
                else ("The first command tells the account, from any account of AWS.",)
            ),
            (
                "An error that the key is not found means that it belongs to another account or is "
                "deleted already."
            ),
        ),
        tuple(commands),
    )


def replace() -> Iterator[Step]:
    """Yield the steps from the new key to the end of the old one."""
    yield Step(
        "replace",
        "Give what used it another credential",
        (
            (
                "A role needs no key at all: see below what would have avoided this one. Only "
                "where that cannot be, make a new key. A user has two keys at most."
            ),
            "The command prints the secret, once: put it into a secrets manager and into no file.",
        ),
        ('aws iam create-access-key --user-name "$USER_NAME"',),
    )
    yield Step(
        "test",
        "Test that everything works and nothing asks for the old key",
        ("The date of its last use must not move.",),
        ('aws iam get-access-key-last-used --access-key-id "$KEY_ID"',),
    )
    yield delete()


def delete() -> Step:
    """Return the step that deletes the key."""
    return Step(
        "delete",
        "Delete the old key",
        ("This cannot be undone.",),
        ('aws iam delete-access-key --user-name "$USER_NAME" --access-key-id "$KEY_ID"',),
    )
