"""JSON for reports: ASCII that a CI log can show without its runner reading a command in it."""

from __future__ import annotations

import json
import re
from typing import Any

from scanner.secret import LOG_COMMAND


def dumps(value: Any) -> str:
    r"""Return `value` as JSON in one line of ASCII.

    Runners take `##[` and `##vso[` anywhere in a line for the beginning of a command (see
    `scanner.secret.printable`). Exact names have to stay what they are, so one of the two signs is
    written as `\u0023`, which a parser reads as the same.
    """
    return re.sub(LOG_COMMAND, r"#\\u0023", json.dumps(value))
