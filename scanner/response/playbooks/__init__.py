"""The playbooks: one for each kind of credential, and those for what needs another answer.

To add one: a module with a `PLAYBOOK` (see `scanner.response.playbooks.interface`), a line in
`PLAYBOOKS`, and a credential of the kind in the golden files of its test.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from scanner.response.cases import Case, Kind
from scanner.response.order import is_dead

if TYPE_CHECKING:
    from scanner.response.playbooks.interface import Playbook

CANARY: Final = "canary"
FOREIGN: Final = "foreign"
DEAD: Final = "dead"

PLAYBOOKS: Final[dict[str, str]] = {
    CANARY: "scanner.response.playbooks.canary",
    FOREIGN: "scanner.response.playbooks.foreign",
    DEAD: "scanner.response.playbooks.dead",
    Kind.USER_KEY: "scanner.response.playbooks.user_key",
    Kind.ROOT_KEY: "scanner.response.playbooks.root_key",
    Kind.TEMPORARY: "scanner.response.playbooks.temporary",
    Kind.KEY_ID: "scanner.response.playbooks.key_id",
    Kind.SECRET: "scanner.response.playbooks.secret_key",
    Kind.SESSION_TOKEN: "scanner.response.playbooks.session_token",
    Kind.UNNAMED_SECRET: "scanner.response.playbooks.unnamed_secret",
    Kind.SERVICE_PASSWORD: "scanner.response.playbooks.service_password",
    Kind.SERVICE_KEY: "scanner.response.playbooks.service_key",
    Kind.SHORT_TERM_KEY: "scanner.response.playbooks.short_term_key",
    Kind.APPSYNC_KEY: "scanner.response.playbooks.appsync_key",
    Kind.SMTP_PASSWORD: "scanner.response.playbooks.smtp_password",
    Kind.MWS_TOKEN: "scanner.response.playbooks.mws_token",
    Kind.LWA_SECRET: "scanner.response.playbooks.lwa_secret",
    Kind.PRIVATE_KEY: "scanner.response.playbooks.private_key",
    Kind.ECR_PASSWORD: "scanner.response.playbooks.ecr_password",
    Kind.EKS_TOKEN: "scanner.response.playbooks.eks_token",
    Kind.CODEARTIFACT_TOKEN: "scanner.response.playbooks.codeartifact_token",
    Kind.PRESIGNED_URL: "scanner.response.playbooks.presigned_url",
    Kind.OTHER: "scanner.response.playbooks.other",
}
"""Name to the module that has the playbook."""


def choose(case: Case) -> str:
    """Return the name of the playbook for `case`.

    A decoy is left alone whatever it is; what is somebody else's is theirs to deal with; what is
    dead is looked into without haste.
    """
    if case.is_canary:
        return CANARY
    if case.finding.owner == "foreign":
        return FOREIGN
    return DEAD if is_dead(case) else case.kind


def load(name: str) -> Playbook:
    """Return the playbook called `name`."""
    playbook: Playbook = import_module(PLAYBOOKS[name]).PLAYBOOK
    return playbook
