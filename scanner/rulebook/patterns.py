"""The patterns of rules: regular expressions on bytes."""

from __future__ import annotations

import re
from typing import cast


def compile_pattern(text: str, shipped: bool) -> re.Pattern[bytes]:
    """Compile a pattern for matching on bytes; raises ValueError for one that is malformed.

    Shipped patterns are linear by construction and run on `re`, which loads in no time. Users'
    patterns run on `regex`, whose matching can be stopped.
    """
    if shipped:
        try:
            return re.compile(text.encode("ascii"))
        except re.error as error:
            raise ValueError(str(error)) from None

    import regex  # 22 ms: only for rules of users

    try:
        return cast("re.Pattern[bytes]", regex.compile(text.encode("ascii")))
    except regex.error as error:
        raise ValueError(str(error)) from None
