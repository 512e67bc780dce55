"""Steps that find out what was done: CloudTrail, and what somebody may have left behind.

Sources: CloudTrail API Reference, `LookupEvents` (90 days, management events, region by region);
AWS Managed Policy Reference, `AWSCompromisedKeyQuarantine` and its versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Step
from scanner.response.steps import sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

_REGIONS: Final = "$(aws ec2 describe-regions --query 'Regions[].RegionName' --output text)"
_COLUMNS: Final = "Events[].[EventTime,EventSource,EventName,Username]"
_EVENTS: Final = (
    'for EACH in {regions}; do echo "== $EACH"; aws cloudtrail lookup-events '
    "--region \"$EACH\" --lookup-attributes {attribute} --query '{query}' --output text; done"
)
_REACH: Final = (
    "This is the event history: management events of the last 90 days, region by region. Reading "
    "and writing of objects, calls of functions and other data events are not in it. Where a trail "
    "or an event data store records them, search its bucket with Athena, or CloudTrail Lake: the "
    "last two commands list them."
)
BEYOND: Final = (
    "aws cloudtrail describe-trails",
    "aws cloudtrail list-event-data-stores",
)


def lookup(attribute: str, value: str, query: str = _COLUMNS) -> str:
    """Return the command that looks for events in every region of the account."""
    pair = f"AttributeKey={attribute},AttributeValue={value}"
    return _EVENTS.format(regions=_REGIONS, attribute=pair, query=query)


def of_key() -> Step:
    """Return the step that shows what was done with an access key ID."""
    return Step(
        "trace",
        "Find out what was done with it",
        (
            _REACH,
            "In a trail, the field is `userIdentity.accessKeyId`.",
            (
                "Look for calls from addresses that are not yours, for `AssumeRole`, "
                "`GetSessionToken` and `GetFederationToken`, for `Create...`, `Put...`, "
                "`Attach...` and `Update...` of IAM, and for `RunInstances`. With every new key "
                "ID and role that comes up, begin again."
            ),
        ),
        (lookup("AccessKeyId", '"$KEY_ID"'), *BEYOND),
    )


def of_user(text: str) -> Step:
    """Return the step that shows what a user did, for credentials that have no key ID."""
    return Step(
        "trace",
        "Find out what was done with it",
        (_REACH, text),
        (lookup("Username", '"$USER_NAME"'), *BEYOND),
    )


def of_service(source: str, text: str) -> Step:
    """Return the step that shows what happened in the service with the event source `source`."""
    return Step(
        "trace",
        "Find out what was done with it",
        (_REACH, text),
        (lookup("EventSource", source), *BEYOND),
    )


def left_behind() -> Step:
    """Return the step that looks for what somebody made in the account."""
    return Step(
        "left-behind",
        "Look for users, roles and keys that nobody of yours made",
        (
            (
                "The newest come first. Whatever was made with the key has to go as well, or "
                "whoever took it comes back: also trust policies that were changed, functions, and "
                "machines in regions that you do not use."
            ),
        ),
        (
            (
                "aws iam list-users --query 'reverse(sort_by(Users,&CreateDate))[:20].[CreateDate,"
                "UserName]' --output table"
            ),
            (
                "aws iam list-roles --query 'reverse(sort_by(Roles,&CreateDate))[:20].[CreateDate,"
                "RoleName]' --output table"
            ),
        ),
    )


def of_the_user() -> Step:
    """Return the step that shows what the user has and can, quarantine included."""
    return Step(
        "user",
        "Find out what else the user has, and what it may do",
        (
            (
                "Other keys, a password or service credentials that nobody of yours made "
                "have to go as well. The last command fails if the user has no password."
            ),
            (
                "A policy `AWSCompromisedKeyQuarantine`, `...V2`, `...V3` or `...V4` is from AWS, "
                "which has seen the key in public. It denies some actions and leaves the key "
                "active: it replaces none of these steps. Leave it until all of them are done."
            ),
        ),
        (
            'aws iam list-attached-user-policies --user-name "$USER_NAME"',
            'aws iam list-user-policies --user-name "$USER_NAME"',
            'aws iam list-groups-for-user --user-name "$USER_NAME"',
            'aws iam list-access-keys --user-name "$USER_NAME"',
            'aws iam list-service-specific-credentials --user-name "$USER_NAME"',
            'aws iam get-login-profile --user-name "$USER_NAME"',
        ),
    )


def of_key_and_user() -> Iterator[Step]:
    """Yield all that there is to look at after the key of a user has leaked."""
    yield of_key()
    yield sessions.of_assumed_roles()
    yield left_behind()
    yield of_the_user()
