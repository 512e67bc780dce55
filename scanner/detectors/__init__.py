"""The detectors: one module for each kind of structure, imported when a rule first needs it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from scanner.detectors.interface import Detector

DETECTORS: Final[dict[str, str]] = {
    "access-key-id": "scanner.detectors.access_key_id:detect",
    "codeartifact-token": "scanner.detectors.codeartifact_token:detect",
    "ec2-private-key": "scanner.detectors.ec2_private_key:detect",
    "ecr-password": "scanner.detectors.ecr_password:detect",
    "eks-token": "scanner.detectors.eks_token:detect",
    "pattern": "scanner.detectors.pattern:detect",
    "presigned-url": "scanner.detectors.presigned_url:detect",
    "secret-access-key": "scanner.detectors.secret_access_key:detect",
    "service-api-key": "scanner.detectors.service_api_key:detect",
    "service-password": "scanner.detectors.service_password:detect",
    "ses-smtp-password": "scanner.detectors.ses_smtp_password:detect",
    "session-token": "scanner.detectors.session_token:detect",
    "short-term-api-key": "scanner.detectors.short_term_api_key:detect",
}
"""Name in the rule files to `module:function`."""


@cache
def load(name: str) -> Detector:
    """Return the detector called `name`; raises KeyError for a name that is not registered."""
    from importlib import import_module

    module, _, function = DETECTORS[name].partition(":")
    return cast("Detector", getattr(import_module(module), function))
