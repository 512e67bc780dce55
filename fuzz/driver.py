"""One target under atheris, as a process: `python -m fuzz.driver TARGET [libFuzzer option]`.

Instruments the packages that are fuzzed, so it imports none of them before that.
"""

from __future__ import annotations

import sys

import atheris


def main() -> None:
    """Fuzz until libFuzzer ends: at its time, or at the first input that raises."""
    with atheris.instrument_imports(include=["scanner", "fuzz.targets"]):
        from fuzz.targets import targets

        target = targets()[sys.argv[1]]
        for seed in target.seeds():  # decoders and kinds are imported when they are first called
            target.one(seed)
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
