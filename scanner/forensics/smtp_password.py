"""SMTP passwords of SES: the version of their form.

The region that one is for is told only together with the secret access key it was derived from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.aws.smtp_password import version
from scanner.findings import Forensics
from scanner.forensics.interface import only

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.secret import Secret


def read(kind: str, values: Mapping[str, Secret]) -> Forensics:
    """Read an SMTP password."""
    form = version(only(values))
    return Forensics(f"{kind}, version {form}" if form else kind)
