"""A token for a Kubernetes cluster of EKS, good for 15 minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.cases import LONG_TERM
from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.steps import sessions, signers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


_OVER: Final = (
    "A cluster takes the token for 15 minutes after it was signed: if those are over, go on. What "
    "matters is how the identity that made it came into reach of others."
)


def _steps(case: Case) -> Iterator[Step]:
    if case.signer:
        yield from signers.end_signer(
            case,
            f"{_OVER} What follows `k8s-aws-v1.` is base64 of a signed request. In it, "
            "`X-Amz-Credential` begins with the key ID.",
        )
    else:
        yield signers.end_maker(case, _OVER)
    yield Step(
        "trace",
        "Look into the audit log of the cluster",
        (
            (
                "CloudTrail has nothing of what is done inside a cluster. Its audit log does, if "
                "it was switched on: the first command tells. The second one lists who has "
                "access, which `aws eks delete-access-entry` takes away."
            ),
        ),
        (
            (
                'aws eks describe-cluster --region "$REGION" --name "$CLUSTER" --query '
                "'cluster.logging.clusterLogging'"
            ),
            'aws eks list-access-entries --region "$REGION" --cluster-name "$CLUSTER"',
        ),
    )
    if not case.signer.startswith(LONG_TERM):
        yield from sessions.lift_role(case)


PLAYBOOK: Final = Playbook(
    "Token of an EKS cluster",
    _steps,
    ("Let `kubectl` get the token with `aws eks get-token` each time, in place of a stored one.",),
)
