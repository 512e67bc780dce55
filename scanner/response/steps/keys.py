"""Steps for the long-term access key of an IAM user: stop it, replace it, delete it.

Source: IAM User Guide, "Managing access keys for IAM users". For a key that has leaked the order is
another one than for rotation: it is deactivated before there is a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case

LAST_USE: Final = 'aws iam get-access-key-last-used --access-key-id "$KEY_ID"'
FIND_USER: Final = f"USER_NAME=$({LAST_USE} --query UserName --output text)"
_SHOW_USER: Final = 'echo "$USER_NAME"'


def stop(case: Case) -> Iterator[Step]:
    """Yield the steps that find the user, unless it is known, and deactivate the key."""
    if not case.user:
        yield owner(case)
    yield Step(
        "deactivate",
        "Deactivate the key",
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
    yield Step(
        "last-use",
        "See when and where it was last used",
        (),
        (LAST_USE,),
    )


def owner(case: Case) -> Step:
    """Return the step that finds the user whose key it is, in `USER_NAME`."""
    commands = [FIND_USER, _SHOW_USER]
    if not case.account:
        commands.insert(0, 'aws sts get-access-key-info --access-key-id "$KEY_ID"')
    return Step(
        "find-owner",
        "Find the user: needed to deactivate",
        (
            *(
                ()
                if case.account
                else ("The first command tells the account, from any account of AWS.",)
            ),
            (
                "An error that the key is not found means that it belongs to another account or is "
                "deleted already. If the user is `None` or empty, it may be a key of the root "
                "user or a session: go no further here."
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
        (LAST_USE,),
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
