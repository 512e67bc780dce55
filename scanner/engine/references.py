"""Where a text has a reference in place of a secret: the place in the pair of a key ID is taken.

`aws_secret_access_key = ${SECRET}` after a key ID says that its secret is elsewhere. A random value
further down belongs to something else, so the reference takes part in pairing like a secret.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Final

_REACH: Final = 500
"""Bytes to either side of a key ID in which its reference is looked for: a few lines."""
_LINE: Final = 240
"""Bytes of a line, from the name on, that may hold the secret after all, such as a default."""

_PLACE: Final = compile_later(
    rb"""
    secret (?:[\W_]{0,3} (?:access|key|id)){0,3} (?:<|</[^\n>]{1,40}>|["'\])]{0,3})
    [ \t]{0,8} (?:=>|:=|[:=>]) [ \t]{0,8}
    (?:
        ["'(]{0,2} (?:
            \$[\w{(] | %[a-z_]\w{1,60}% | \{\{ | \{% | <[%\w] | @\w{1,60}@ | \*{3} | [xX]{4}
          | ENC\[ | arn: | vault: | (?:op|ssm|vault|secretsmanager|keyring|env)://
          | !\w{2,30}
          | (?:data|var|local|module|config|secrets|process|env|self|this)\.\w
        )
      | [A-Za-z_]\w{0,60} (?:\.\w{1,60}){1,6}
      | [A-Za-z_][\w.]{0,60} (?:\([^()\n]{0,120}\) | \[[^\[\]\n]{0,120}\])
    )
  | (?:\$\{?|\{\{[ ]?|\b(?:environ|getenv|env|var|local|secrets|process\.env|config)
       (?:\.|\[|\(|\.get\() ["']?) [\w.]{0,40}? secret
    """,
    re.IGNORECASE | re.VERBOSE,
)


def references(
    text: bytes, spans: Iterable[tuple[int, int]], secrets: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the span of each reference to a secret near one of the ascending `spans`, one a line.

    A line with one of `secrets`, the ascending starts of values, after the name has the secret
    itself: as a default (`${SECRET:-...}`), as the argument of a call, or in escapes.
    """
    done = 0
    for start, end in spans:
        limit = end + _REACH
        found = _PLACE.search(text, max(done, start - _REACH), limit)
        while found:
            line_end = text.find(b"\n", found.start(), found.start() + _LINE)
            done = line_end if line_end >= 0 else min(len(text), found.start() + _LINE)
            following = bisect_left(secrets, found.start())
            if following == len(secrets) or secrets[following] >= done:
                yield found.start(), min(found.end(), done)
            done = max(done, found.end())
            found = _PLACE.search(text, done, limit)
        done = max(done, start)
