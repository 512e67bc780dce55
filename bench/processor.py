"""Which code a measured scan runs, and on what of the processor; both can be chosen.

* `KEYCATCH_PURE=1` in the environment of a bench: Python in place of what is compiled.
* `BENCH_WITHOUT_AVX512=1`: no AVX-512, which most machines lack. What is compiled has no use for
  it; the search in Python is faster with it (`docs/benchmarks.md`).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Final

from bench.process import PROGRAMS, ROOT
from scanner import kernel

WITHOUT_AVX512: Final = "BENCH_WITHOUT_AVX512"
_AVX512: Final = frozenset({"skylake", "icelake", "ice", "genoa", "sapphire"})
"""What stringzilla calls the processors whose instructions are AVX-512."""
_SHOWN: Final = ("sse2", "sse4_2", "avx", "avx2", "avx512f", "avx512bw", "asimd", "sve", "sve2")
"""Features in /proc/cpuinfo that the searches or the libraries have code for."""


def is_without_avx512() -> bool:
    """Return whether the environment asks for it."""
    return os.environ.get(WITHOUT_AVX512, "0") not in ("", "0")


def environment() -> dict[str, str]:
    """Return the variables with which this checkout runs as it does here."""
    path = [str(ROOT)]
    if is_without_avx512():
        path.append(str(PROGRAMS / "without_avx512"))
    chosen = {name: os.environ[name] for name in (kernel.PURE,) if name in os.environ}
    return {"PYTHONPATH": os.pathsep.join(path), **chosen}


def do_without_avx512() -> None:
    """Have stringzilla use no AVX-512 in this process."""
    import stringzilla

    found = [each for each in stringzilla.__capabilities__ if each not in _AVX512]
    stringzilla.reset_capabilities(found)


def search() -> str:
    """Return which code searches and applies deltas, with what of the processor."""
    from scanner.git import delta

    if kernel.anchors and delta.packs:
        return "search and deltas compiled, without vector instructions of their own"

    import stringzilla

    left = "Python" if not kernel.anchors else "compiled"
    used = ", ".join(getattr(stringzilla, "__capabilities__", ())) or "unknown"
    deltas = "compiled" if delta.packs else "Python"
    return f"search: {left} (stringzilla: {used}); deltas: {deltas}"


def features() -> str:
    """Return the features of the processor that matter; nothing where they cannot be read."""
    flags: set[str] = set()
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() in ("flags", "Features"):
                flags.update(value.split())
    if is_without_avx512():
        flags = {flag for flag in flags if not flag.startswith("avx512")}
    return " ".join(flag for flag in _SHOWN if flag in flags)
