"""Words for what a credential reveals by itself, and which evidence says the same.

The evidence of a finding is why it was believed, and some of it is also what there is to know. In
JSON and SARIF either is complete. A person who reads both at once reads each fact once.
"""

from __future__ import annotations

from scanner.secret import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

    from scanner.findings import Finding, Forensics

_FORMS: Final = {1: "before March 2019", 2: "since March 2019"}
_PROPERTIES: Final = {
    "kind": "credentialKind",
    "generation": "keyGeneration",
    "impossible": "impossible",
    "region": "awsRegion",
    "issued": "issued",
    "expires": "expires",
    "user": "iamUser",
    "signed_by": "signedBy",
}
"""Names for SARIF, where `kind` and `region` are something else."""
_PREFIXES: Final = ("AKIA", "ASIA", "ABIA", "ACCA")


def facts(finding: Finding) -> Iterator[tuple[str, list[str]]]:
    """Yield what the credential reveals beyond its rule: label and sentences of a row."""
    told = finding.forensics
    if told is None:
        return
    from scanner.kinds import noun_of  # here: the report of a clean scan never needs it

    form = _FORMS.get(told.generation, "") if "key_id" in finding.values else ""
    what = (
        told.kind if told.kind != noun_of(finding.rule_id) else "",
        f"ID of the form {form}" if form else "",
    )
    never = f"AWS cannot have issued it: {told.impossible}" if told.impossible else ""
    yield "kind", [", ".join(filter(None, what)), never]
    yield "region", [told.region]
    yield "issued", [told.issued]
    yield "expires", [told.expires]
    yield "user", [told.user]
    yield "signed by", [told.signed_by]


def reasons(finding: Finding) -> list[str]:
    """Return the evidence of `finding` without what `facts` and the account say as well."""
    told = finding.forensics
    if told is None:
        return list(finding.evidence)
    said = _said(told, finding.account_id)
    region = f" in {told.region}" if told.region else ""
    # Detectors put it at the end, so whatever the name holds, nothing else is taken away.
    user = f" of IAM user {told.user} in account {finding.account_id}" if told.user else ""
    return [
        sentence.removesuffix(user).replace(region, "")
        for sentence in finding.evidence
        if sentence not in said
    ]


def _said(told: Forensics, account: str) -> frozenset[str]:
    """Return the sentences of detectors that say nothing beyond the facts."""
    key_id = told.impossible.removeprefix("the signing key ID: ")
    found = {
        *(f"prefix {prefix}: {told.kind}" for prefix in _PREFIXES),
        f"form of an {told.kind}",  # an SMTP password
        f"a complete {told.kind.replace(' private', '')}",  # an RSA key
        f"issued in {told.region}",
        f"AWS cannot have issued it: {told.impossible}",
        f"AWS cannot have issued the key ID: {key_id}",
        f"expires {told.expires}",
        f"signed {told.issued}",
        f"signed {told.issued}, accepted for 15 minutes",
        *(f"{verb} {told.issued}, expires {told.expires}" for verb in ("signed", "issued")),
    }
    if told.generation == 2:
        found.add(f"structure of a key ID issued since 2019, account {account}")
    elif told.generation == 1:
        found.add("structure of a key ID issued before 2019")
    return frozenset(found)


def ending(finding: Finding) -> str:
    """Return until when the credential is good, in words; empty where that is not known."""
    told = finding.forensics
    return f"expires {told.expires}" if told and told.expires else ""


def facts_properties(finding: Finding) -> dict[str, Any]:
    """Return the facts that are known as properties of a result in SARIF."""
    told = finding.forensics._asdict() if finding.forensics else {}
    return {
        _PROPERTIES[name]: printable(value) if name == "user" else value
        for name, value in told.items()
        if value
    }
