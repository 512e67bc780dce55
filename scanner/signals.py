"""The signals of the system, without the enumerations that the module `signal` puts around them.

These and `enum` itself are a tenth of the start of a hook, which asks for two handlers.
"""

from __future__ import annotations

__all__ = ["signal"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    try:
        import _signal as signal  # the part of `signal` that is written in C
    except ImportError:  # another Python than CPython and PyPy
        import signal
