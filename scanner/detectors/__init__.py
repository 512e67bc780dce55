"""The detectors: one module for each kind of structure, imported when a rule first needs it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from scanner.detectors.interface import Detector
    from scanner.rulebook.model import Rule

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

_REACHES: Final[dict[str, int]] = {
    "access-key-id": 1024,
    "presigned-url": 20 << 10,
    "secret-access-key": 2048,
    "service-password": 1024,
    "ses-smtp-password": 1024,
}
"""Bytes to either side of an anchor that decide what the detector says of it, rounded up.

A history is read as what each version of a file adds to another one. A place that was looked at
need not be looked at again while nothing has changed within this distance. What is missing here
has no bound, and is looked at in every version.
"""


@cache
def load(name: str) -> Detector:
    """Return the detector called `name`; raises KeyError for a name that is not registered."""
    from importlib import import_module

    module, _, function = DETECTORS[name].partition(":")
    return cast("Detector", getattr(import_module(module), function))


def reach_of(rule: Rule) -> int:
    """Return how far from an anchor of `rule` the content decides, in bytes; 0 for no bound."""
    return 0 if rule.origin else _REACHES.get(rule.detector, 0)
