"""The patterns of rules: regular expressions on bytes."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

MAX_PATTERN: Final = 10_000
"""Characters of a pattern of the user."""
MAX_REPEATED: Final = 20_000
"""The largest product of the numbers in all `{m,n}` of a pattern that is compiled at once.

The program of a pattern grows with that product where repeats are inside of one another. Whether
they are is for its parser to say, so that a larger product is tried out first.
"""
_TRIAL_SECONDS: Final = 5
_TRIAL_BYTES: Final = 256 << 20
_BOUNDS: Final = re.compile(r"\{([^{}]*)\}")
_NUMBER: Final = re.compile(r"[0-9]+")
_TRIAL: Final = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]),) * 2)
except (ImportError, ValueError, OSError):
    pass
import regex
pattern = sys.stdin.buffer.read()
try:
    regex.compile(pattern)
except regex.error:
    pass
"""
COSTLY: Final = "it takes too much time or memory to compile: repeat less, as in `a{20}`"


def compile_pattern(text: str, shipped: bool) -> re.Pattern[bytes]:
    """Compile a pattern for matching on bytes; raises ValueError for one that cannot be used.

    Shipped patterns are linear by construction and run on `re`, which loads in no time. Users'
    patterns run on `regex`, whose matching can be stopped.
    """
    if shipped:
        try:
            return re.compile(text.encode("ascii"))
        except re.error as error:
            raise ValueError(str(error)) from None

    import regex  # 22 ms: only for rules of users

    if len(text) > MAX_PATTERN:
        raise ValueError(f"it is longer than {MAX_PATTERN:,} characters")
    if _repeated(text) > MAX_REPEATED and not _can_be_compiled(text):
        raise ValueError(COSTLY)
    try:
        made: Any = regex.compile(text.encode("ascii"))
    except regex.error as error:
        raise ValueError(str(error)) from None
    except RecursionError:
        raise ValueError("its groups are nested too deeply") from None
    compiled: re.Pattern[bytes] = made  # it has all that a pattern of `re` has
    return compiled


def _repeated(text: str) -> int:
    """Return the product of the largest number in each pair of braces, or a number too large."""
    product = 1
    for bounds in _BOUNDS.finditer(text):
        numbers = _NUMBER.findall(bounds[1])
        if any(len(number) > 6 for number in numbers):
            return MAX_REPEATED + 1
        product *= max((int(number) for number in numbers), default=1) or 1
        if product > MAX_REPEATED:
            return product
    return product


def _can_be_compiled(text: str) -> bool:
    """Return whether a process with little time and memory compiles the pattern."""
    import subprocess
    import sys

    command = (sys.executable, "-I", "-c", _TRIAL, str(_TRIAL_BYTES), str(_TRIAL_SECONDS))
    try:
        done = subprocess.run(
            command,
            input=text.encode("ascii"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TRIAL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
