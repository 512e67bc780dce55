"""What a credential tells by itself: facts that follow from its value, without a network.

Each kind of credential has a reader, imported when a scan first reports one of that kind. The facts
are those of `docs/reports.md`, "What a credential tells by itself", with their sources.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, cast

from scanner.findings import Forensics

if TYPE_CHECKING:
    from scanner.findings import Finding
    from scanner.forensics.interface import Reader

KINDS: Final[dict[str, str]] = {
    "aws-access-key-id": "access key",
    "aws-access-key-pair": "access key",
    "aws-appsync-api-key": "API key of AppSync",
    "aws-bedrock-api-key": "long-term API key of Bedrock",
    "aws-bedrock-short-term-api-key": "short-term API key of Bedrock",
    "aws-claude-platform-api-key": "long-term API key of Claude Platform on AWS",
    "aws-claude-platform-short-term-api-key": "short-term API key of Claude Platform on AWS",
    "aws-codeartifact-token": "authorization token of CodeArtifact",
    "aws-codecommit-password": "password of a service-specific credential",
    "aws-ec2-private-key": "private key",
    "aws-ecr-password": "password of ECR",
    "aws-eks-token": "token for a cluster of EKS",
    "aws-lwa-client-secret": "client secret of Login with Amazon",
    "aws-mws-auth-token": "auth token of Amazon MWS",
    "aws-presigned-url": "presigned URL",
    "aws-secret-access-key": "secret access key",
    "aws-service-api-key": "long-term API key of an AWS service",
    "aws-ses-smtp-password": "SMTP password of SES",
    "aws-session-token": "session token",
    "aws-unnamed-secret": "value of the form of a secret access key",
}
"""By the ID of a rule: what its credential is, as far as the rule alone tells."""

READERS: Final[dict[str, str]] = {
    "aws-access-key-id": "scanner.forensics.access_key:read",
    "aws-access-key-pair": "scanner.forensics.access_key:read",
    "aws-bedrock-short-term-api-key": "scanner.forensics.signed_request:read_api_key",
    "aws-claude-platform-short-term-api-key": "scanner.forensics.signed_request:read_api_key",
    "aws-codeartifact-token": "scanner.forensics.registry_token:read_codeartifact",
    "aws-ec2-private-key": "scanner.forensics.private_key:read",
    "aws-ecr-password": "scanner.forensics.registry_token:read_ecr",
    "aws-eks-token": "scanner.forensics.signed_request:read_eks_token",
    "aws-presigned-url": "scanner.forensics.signed_request:read_url",
    "aws-ses-smtp-password": "scanner.forensics.smtp_password:read",
    "aws-session-token": "scanner.forensics.access_key:read",
}
"""By the ID of a rule: `module:function`. What is missing here tells its kind and its account."""


def tell(finding: Finding) -> Forensics | None:
    """Return what the credential of `finding` tells; None for one of a rule that is not shipped.

    Of damaged values less is told, and never anything that does not follow from them.
    """
    kind = KINDS.get(finding.rule_id)
    if kind is None:
        return None
    reader = READERS.get(finding.rule_id)
    told = load(reader)(kind, finding.values) if reader else Forensics(kind)
    return told._replace(user=finding.user) if finding.user else told


@cache
def load(member: str) -> Reader:
    """Return the reader named `member`, one of the values of `READERS`."""
    from importlib import import_module

    module, _, function = member.partition(":")
    return cast("Reader", getattr(import_module(module), function))
