"""A short-term API key: a signed request that a session or a key has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.response.playbooks.interface import Playbook, Step
from scanner.response.playbooks.service_key import BEARER
from scanner.response.steps import signers, traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.response.cases import Case


def _steps(case: Case) -> Iterator[Step]:
    yield from signers.end_signer(
        case,
        "What follows `-api-key-` is base64 of a signed request. In it, `X-Amz-Credential` begins "
        "with the key ID. The key ends with that session, and after 12 hours at the latest.",
    )
    step = traces.of_key()
    yield step._replace(text=(*step.text, BEARER))


PLAYBOOK: Final = Playbook(
    "Short-term API key of a service",
    _steps,
    ("Let the program make such a key when it needs one, and keep it in memory.",),
)
