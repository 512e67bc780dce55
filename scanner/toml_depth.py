"""How deep the tables of a TOML document are, before it is parsed.

`tomllib` takes time and memory in proportion to the square of the number of parts of a key: 80 KB
of `a.a.a...` take half a minute and gigabytes. So keys are counted first, in one pass.
"""

from __future__ import annotations

import re
from typing import Final

DEEPEST: Final = 32
"""Parts of a key: a table of another tool in `pyproject.toml` has up to about six."""

_TOKENS: Final = re.compile(
    r'"""(?:[^"\\]++|\\(?:.|\Z)|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
# Strings and comments, as TOML 1.0 has them. One without an end reaches to the end of the document,
# or of its line, so that the search goes through the text once; the parser then says what is wrong.
_KEY: Final = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++(?:[ \t]*+\.[ \t]*+[A-Za-z0-9_-]++)++")


def is_too_deep(text: str) -> bool:
    """Return whether a key in the TOML document `text` has more than `DEEPEST` parts."""
    if text.count(".") < DEEPEST:
        return False

    # A string can be part of a key, and then counts as one part of it.
    bare = _TOKENS.sub(lambda token: "\n" if token[0][0] == "#" else "s", text)
    return any(key[0].count(".") >= DEEPEST for key in _KEY.finditer(bare))
