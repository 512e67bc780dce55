"""What is known of one credential of a saved report, made ready for commands.

Whoever wrote the report could write anything into it. A value goes into a command only if it has
the exact form of what it is said to be, and is quoted even then; of everything else commands hold
placeholders, for a person to replace.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from scanner.aws.partitions import AIR_GAPPED, of_region
from scanner.kinds.access_key_id import PREFIXES
from scanner.liveness.canaries import known_accounts
from scanner.liveness.partitions import ENDPOINTS
from scanner.liveness.states import State
from scanner.records import NamedTuple
from scanner.response.playbook import OTHER, name_for
from scanner.secret import MASK, Secret

if TYPE_CHECKING:
    from scanner.findings import Finding


class ResponseKind(StrEnum):
    """The kinds of response that depend on more than the rule, by the name of their playbook.

    For all others the name of the playbook is that of the rule, see `scanner.response.playbook`.
    """

    USER_KEY = "user-access-key"
    ROOT_KEY = "root-access-key"
    TEMPORARY = "temporary-credentials"
    KEY_ID = "access-key-id"
    SECRET = "secret-access-key"  # noqa: S105 -- a word
    PRESIGNED_URL = "presigned-url"
    OTHER = OTHER


_SESSION_KINDS: Final = (ResponseKind.USER_KEY, ResponseKind.TEMPORARY)
LONG_TERM: Final = "AKIA"
TEMPORARY: Final = "ASIA"
SERVICE: Final = "ACCA"
_PREFIXES: Final = "|".join(sorted(prefix.decode() for prefix in PREFIXES))
_KEY_ID: Final = re.compile(f"(?:{_PREFIXES})[A-Z0-9]{{16}}")
_REDACTED_ID: Final = re.compile(f"(?:{_PREFIXES}){re.escape(MASK)}[A-Z0-9]{{4}}")
_REDACTED: Final = re.compile(
    rf"(?:[!-~]{{4}}|[!-~]{{2}})?{re.escape(MASK)}(?:[!-~]{{4}}|[!-~]{{2}})?"
)
_NAME: Final = "[A-Za-z0-9_+=,.@-]{1,64}"
_ARN: Final = re.compile(
    rf"arn:(?P<partition>aws(?:-[a-z]+)*):(?:iam|sts)::[0-9]{{12}}:"
    rf"(?:user/(?:[!-~]*/)?(?P<user>{_NAME})|assumed-role/(?P<role>{_NAME})/{_NAME}|[!-~]+)"
)
_USER: Final = re.compile(_NAME)
_REGION: Final = re.compile("[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
REGIONS: Final = {
    **{endpoint.partition: endpoint.region for endpoint in ENDPOINTS},
    **AIR_GAPPED,
}
"""A region of each partition: it selects the partition in the AWS CLI."""


class Leak(NamedTuple):
    """One credential. Texts are empty where something is not known."""

    finding: Finding
    kind: str
    """The name of the playbook that the credential calls for, if its state is left aside."""
    key_id: str
    """The complete access key ID; only of reports that show values."""
    key_id_hint: str
    """The redacted one."""
    signer: str
    """The redacted access key ID that signed the credential, which is another one."""
    account: str
    partition: str
    region: str
    user: str
    """The name of the IAM user."""
    role: str
    """The name of the role that the session is of."""
    state: State | None
    principal: str
    """What the ARN is of, as in `Liveness`."""
    expires: str
    """When it stops being good, in UTC as in `2026-11-21T06:00:00Z`."""
    is_over: bool
    """Whether that is in the past."""

    @property
    def prefix(self) -> str:
        """The prefix of the key ID, such as `AKIA`."""
        return (self.key_id or self.key_id_hint)[:4]

    @property
    def is_live(self) -> bool:
        """Whether STS took the credential."""
        return self.state is State.LIVE

    @property
    def impossible(self) -> str:
        """Why AWS cannot have issued the key ID."""
        return self.finding.forensics.impossible if self.finding.forensics else ""

    @property
    def is_canary(self) -> bool:
        """Whether it is of an account of decoys: what STS took is what STS says, even of one."""
        if self.state in (State.LIVE, State.SECRET_UNPROVEN):
            return False
        by_report = self.state is State.CANARY or bool(self.finding.canary)
        return by_report or self.account in known_accounts()


def leak_of(finding: Finding, now: datetime) -> Leak:
    """Return what is known of `finding` at the time `now`."""
    liveness, forensics = finding.liveness, finding.forensics

    # The key ID, whole or as reports redact it.
    value = finding.values.get("key_id")
    shown = value.shown(True) if value else ""  # what the report shows
    impossible = _is_impossible_beside_secret(finding)
    shown = "" if impossible else shown  # the commands are about another key
    key_id = shown if _KEY_ID.fullmatch(shown) else ""
    hint = Secret(key_id.encode()).redacted() if key_id else shown
    hint = hint if _is_redacted(hint) else ""

    # The partition: what STS said, else what the ARN says, else what the region says.
    arn = _ARN.fullmatch(liveness.arn) if liveness else None
    region = forensics.region if forensics and _REGION.fullmatch(forensics.region) else ""
    partition = liveness.partition if liveness else ""
    partition = (
        partition or (arn["partition"] if arn else "") or (of_region(region) if region else "")
    )

    expires = _time(forensics.expires if forensics else "")
    principal = liveness.principal if liveness else ""
    user = forensics.user if forensics and _USER.fullmatch(forensics.user) else ""

    return Leak(
        finding=finding,
        kind=kind_of(finding, (key_id or hint)[:4], principal),
        key_id=key_id,
        key_id_hint=hint,
        account="" if impossible else _account(finding),
        partition=partition if partition in REGIONS else "",
        region=region,
        signer=forensics.signed_by if forensics and _is_redacted(forensics.signed_by) else "",
        user=(arn["user"] if arn else "") or user,
        role=(arn["role"] or "") if arn else "",
        state=liveness.state if liveness else None,
        principal=principal,
        expires=f"{expires:%Y-%m-%dT%H:%M:%SZ}" if expires else "",
        is_over=expires is not None and expires <= now,
    )


def kind_of(finding: Finding, prefix: str, principal: str) -> str:
    """Return the kind of a credential: by its rule, its key ID and the answer of STS."""
    if _is_impossible_beside_secret(finding):
        return ResponseKind.SECRET

    kind = name_for(finding.rule_id)
    if kind == ResponseKind.OTHER and prefix:
        kind = ResponseKind.USER_KEY if "secret" in finding.values else ResponseKind.KEY_ID
    if kind == ResponseKind.USER_KEY and prefix and prefix != LONG_TERM:
        kind = ResponseKind.TEMPORARY
    if kind in _SESSION_KINDS and principal == "root":
        kind = ResponseKind.ROOT_KEY
    return kind


def _is_impossible_beside_secret(finding: Finding) -> bool:
    """Return whether the secret is next to a key ID that AWS cannot have issued.

    Then it is hardly the secret of that ID, and the commands must not name it.
    """
    is_pair = "secret" in finding.values and "key_id" in finding.values
    asked = finding.liveness.state if finding.liveness else None
    impossible = finding.forensics is not None and bool(finding.forensics.impossible)
    return is_pair and impossible and asked not in (State.LIVE, State.SECRET_UNPROVEN)


def _account(finding: Finding) -> str:
    return finding.account_id or (finding.liveness.account if finding.liveness else "")


def _is_redacted(key_id: str) -> bool:
    return _REDACTED_ID.fullmatch(key_id) is not None


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def redacted(role: str, value: str) -> str:
    """Return a value of the report as it may be shown: a key ID as it is, all else redacted."""
    if role == "key_id" and _KEY_ID.fullmatch(value):
        return value
    return (
        value if _REDACTED.fullmatch(value) else Secret(value.encode(errors="replace")).redacted()
    )
