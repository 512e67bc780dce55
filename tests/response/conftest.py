"""Saved reports made by hand: one credential of each kind and in each state, always the same."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest

from scanner.response.leak import Leak, leak_of
from scanner.response.plan import Plan, respond
from scanner.response.playbook import name_for
from scanner.rulebook import load_rules
from scanner.saved.report import SavedReport, read

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
NOW = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
ACCOUNT = "123456789012"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
_RANDOM = random.Random()
"""Seeded again for each case, so that a new case leaves the made-up values of the others alone."""


def hexadecimal(length: int) -> str:
    return "".join(_RANDOM.choices(string.hexdigits[:16], k=length))


def key_id(prefix: str = "AKIA") -> str:
    """Return a complete key ID that nobody has."""
    body = "".join(_RANDOM.choices(string.ascii_uppercase + "234567", k=15))
    return f"{prefix}Z{body}"


def shown(prefix: str = "AKIA") -> str:
    """Return a key ID as reports show it."""
    return f"{prefix}****{key_id()[-4:]}"


SECRET = "ab****yz"


def location(role: str, path: str = "deploy.env", line: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "role": role, "path": path, "start_line": line, "start_column": 5,
        "end_line": line, "end_column": 25, **more,
    }  # fmt: skip


def finding(rule_id: str, values: dict[str, str], **more: Any) -> dict[str, Any]:
    path = more.pop("path", "deploy.env")
    return {
        "rule_id": rule_id, "severity": "high", "confidence": "high",
        "fingerprint": hexadecimal(32), "values": values, "account_id": None,
        "evidence": ["made for a test"],
        "locations": [location(role, path, line) for line, role in enumerate(sorted(values), 1)],
        "history": None, "liveness": None, "owner": None, "forensics": None, **more,
    }  # fmt: skip


def pair(prefix: str = "AKIA", **more: Any) -> dict[str, Any]:
    values = {"key_id": shown(prefix), "secret": SECRET}
    if prefix == "ASIA":
        values["session_token"] = "IQ****=="
    return finding("aws-access-key-pair", values, **{"account_id": ACCOUNT, **more})


def liveness(state: str, **more: Any) -> dict[str, Any]:
    return {
        "state": state, "reason": None, "account": None, "arn": None, "principal": None,
        "partition": None, "summary": state, **more,
    }  # fmt: skip


def live(arn: str = f"arn:aws:iam::{ACCOUNT}:user/ops/alice", principal: str = "user", **more: Any):
    partition = arn.split(":")[1]
    told = {"account": ACCOUNT, "arn": arn, "principal": principal, "partition": partition}
    return liveness("live", **{**told, **more})


def history(**more: Any) -> dict[str, Any]:
    date = "2026-05-01T10:00:00+02:00"
    moment = {"commit": COMMIT, "author": "Al <al@example.com>", "author_date": date}
    return {
        "first": moment, "last": moment, "removed": None, "in_head": True, "pushed": True,
        "days": 204, "branches": ["main", "origin/main"], "tags": [], "held_by": [], "copies": 2,
        **more,
    }  # fmt: skip


def forensics(**more: Any) -> dict[str, Any]:
    return {
        "kind": "a kind", "generation": None, "impossible": None, "region": None, "issued": None,
        "expires": None, "user": None, "signed_by": None, **more,
    }  # fmt: skip


def report(*findings: dict[str, Any], **scan: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "tool": {"name": "keycatch", "version": "0.1.0", "rules": 20},
        "scan": {
            "kind": "scan", "complete": True, "incomplete": [], "configuration": None,
            "narrowed": [], "heads": [],
            "counts": {"blobs": 2, "bytes": 100, "skipped": {}, "set_aside": {}},
            "notices": [], **scan,
        },
        "findings": list(findings),
    }  # fmt: skip


def signed(prefix: str, rule_id: str, role: str, value: str) -> Callable[[], dict[str, Any]]:
    """Return what makes a credential that a key ID with `prefix` has signed."""
    return lambda: finding(
        rule_id, {role: value},
        forensics=forensics(signed_by=shown(prefix), expires="2026-11-21T18:00:00Z"),
    )  # fmt: skip


def made(cases: dict[str, Callable[[], dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return the credentials of `cases`, each with the random numbers of its own name."""
    found = {}
    for name, make in cases.items():
        _RANDOM.seed(name)
        found[name] = make()
    _RANDOM.seed("what tests make by themselves")
    return found


KINDS = made({
    "user-access-key": lambda: pair(path=".github/workflows/deploy.yml"),
    "root-access-key": lambda: pair(
        liveness=live(f"arn:aws:iam::{ACCOUNT}:root", "root"), severity="critical"
    ),
    "temporary-credentials": lambda: pair("ASIA", path="notes/aws.ipynb"),
    "access-key-id": lambda: finding("aws-access-key-id", {"key_id": shown()}, severity="medium"),
    "secret-access-key": lambda: finding(
        "aws-secret-access-key", {"secret": SECRET}, path="main.tf"
    ),
    "session-token": lambda: finding("aws-session-token", {"session_token": "IQ****=="}),
    "unnamed-secret": lambda: finding("aws-unnamed-secret", {"secret": SECRET}, confidence="low"),
    "service-password": lambda: finding(
        "aws-codecommit-password", {"password": "k1****k="}, account_id=ACCOUNT,
        forensics=forensics(user="dev-user"),
    ),
    "service-api-key": lambda: finding(
        "aws-bedrock-api-key", {"api_key": "AB****9="}, account_id=ACCOUNT,
        forensics=forensics(user="BedrockAPIKey-abcd"), severity="critical",
    ),
    "short-term-api-key": lambda: finding(
        "aws-bedrock-short-term-api-key", {"api_key": "be****=="},
        forensics=forensics(region="us-west-2", expires="2026-11-21T18:00:00Z"),
    ),
    "appsync-api-key": lambda: finding(
        "aws-appsync-api-key", {"api_key": "da****aa"}, severity="medium"
    ),
    "ses-smtp-password": lambda: finding(
        "aws-ses-smtp-password", {"password": "BC****kj"}, path="config/mail.yaml"
    ),
    "mws-auth-token": lambda: finding("aws-mws-auth-token", {"token": "am****00"}, severity="low"),
    "lwa-client-secret": lambda: finding("aws-lwa-client-secret", {"client_secret": "am****ff"}),
    "ec2-private-key": lambda: finding(
        "aws-ec2-private-key", {"private_key": "--****--"}, severity="critical"
    ),
    "ecr-password": lambda: finding(
        "aws-ecr-password", {"password": "ey****fQ"}, severity="medium"
    ),
    "eks-token": lambda: finding(
        "aws-eks-token", {"token": "k8****zY"}, severity="low",
        forensics=forensics(region="eu-west-1"),
    ),
    "codeartifact-token": lambda: finding("aws-codeartifact-token", {"token": "ey****Xw"}),
    "presigned-url": lambda: finding("aws-presigned-url", {"url": "ht****00"}, severity="medium"),
    "other": lambda: finding("our-token", {"token": "ou****en"}, severity="low"),
})  # fmt: skip
"""By the name of the kind: a credential of it."""

_IN_GIT = {
    "object": COMMIT[::-1], "commit": COMMIT, "author_date": "2026-05-01T10:00:00+02:00"
}  # fmt: skip
STATES = made({
    "live": lambda: pair(
        liveness=live(), history=history(), severity="critical",
        locations=[location("key_id", **_IN_GIT), location("secret", line=2, **_IN_GIT)],
    ),
    "live-role": lambda: pair(
        "ASIA", liveness=live(f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci-7", "role"),
    ),
    "live-sso": lambda: pair(
        "ASIA",
        liveness=live(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123/al@example.com", "role"
        ),
    ),
    "live-user-session": lambda: pair("ASIA", liveness=live()),
    "live-federated": lambda: pair(
        "ASIA", liveness=live(f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "federated-user")
    ),
    "live-govcloud": lambda: pair(
        liveness=live(f"arn:aws-us-gov:iam::{ACCOUNT}:user/alice"),
    ),
    "live-china-root": lambda: pair(liveness=live(f"arn:aws-cn:iam::{ACCOUNT}:root", "root")),
    "govcloud-root": lambda: pair(liveness=live(f"arn:aws-us-gov:iam::{ACCOUNT}:root", "root")),
    "unproven": lambda: pair(liveness=liveness("secret-unproven", partition="aws")),
    "inactive": lambda: pair(liveness=liveness("inactive"), severity="note"),
    "inactive-session": lambda: pair("ASIA", liveness=liveness("inactive")),
    "expired": lambda: pair("ASIA", liveness=liveness("expired", partition="aws"), severity="note"),
    "over": lambda: finding(
        "aws-presigned-url", {"url": "ht****00"},
        forensics=forensics(expires="2026-11-20T00:00:00Z"),
    ),
    "canary": lambda: pair(liveness=liveness("canary")),
    "foreign": lambda: pair(owner="foreign"),
    "unknown": lambda: pair(liveness=liveness("unknown", reason="unreachable")),
    "unverifiable": lambda: finding(
        "aws-secret-access-key", {"secret": SECRET},
        liveness=liveness("unverifiable", reason="no-key-id"),
    ),
    "impossible": lambda: finding(
        "aws-access-key-id", {"key_id": shown()}, confidence="low",
        forensics=forensics(impossible="no issued key ID has B as its fifth character"),
    ),
    "impossible-asked": lambda: finding(
        "aws-access-key-id", {"key_id": shown()}, confidence="low",
        forensics=forensics(impossible="its account number would have 13 digits"),
        liveness=liveness("unverifiable", reason="impossible-id"),
    ),
    "bearer-id": lambda: finding("aws-access-key-id", {"key_id": shown("ABIA")}),
    "service-id": lambda: finding("aws-access-key-id", {"key_id": shown("ACCA")}),
    "session-id": lambda: finding("aws-access-key-id", {"key_id": shown("ASIA")}),
    "note": lambda: pair(severity="note"),
    "dead-mws": lambda: finding("aws-mws-auth-token", {"token": "am****00"}, liveness=liveness(
        "unverifiable", reason="other-kind")),
    **{
        f"{name}-signed-by-{prefix}": signed(prefix, rule_id, role, value)
        for prefix in ("AKIA", "ASIA")
        for name, rule_id, role, value in (
            ("url", "aws-presigned-url", "url", "ht****00"),
            ("api-key", "aws-bedrock-short-term-api-key", "api_key", "be****=="),
            ("eks-token", "aws-eks-token", "token", "k8****zY"),
        )
    },
})  # fmt: skip
"""Further credentials, by what is special about them."""

# A kind that needs nothing special has its credential made from its rule.
KINDS |= made({
    name_for(rule.id): partial(finding, rule.id, {rule.role: SECRET})
    for rule in load_rules((), ())
    if name_for(rule.id) not in KINDS
})  # fmt: skip

ALL = {**KINDS, **STATES}


def saved(*findings: dict[str, Any], **scan: Any) -> SavedReport:
    """Return the report as it is read, after checking that a scan could have written it."""
    made = report(*findings, **scan)
    schema = json.loads((DOCS / "report.schema.json").read_text("utf-8"))
    jsonschema_rs.validator_for(schema).validate(made)
    return read(json.dumps(made).encode())


def leak(found: dict[str, Any]) -> Leak:
    return leak_of(read(json.dumps(report(found)).encode()).findings[0], NOW)


def plan(*findings: dict[str, Any], **scan: Any) -> Plan:
    return respond(read(json.dumps(report(*findings, **scan)).encode()), NOW)


class Builders(SimpleNamespace):
    """What stands above; in messages of tests it is short."""

    def __repr__(self) -> str:
        return "builders"


@pytest.fixture(scope="session")
def builders() -> Builders:
    return Builders(**globals())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_name" in metafunc.fixturenames:
        metafunc.parametrize("any_name", ALL)


@pytest.fixture(scope="session")
def all_plans() -> list[Plan]:
    """The plans for each of the credentials above alone."""
    return [plan(each) for each in ALL.values()]
