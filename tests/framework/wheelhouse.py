"""Fill a directory with what the frameworks need to install keycatch without a network.

`python tests/framework/wheelhouse.py DIRECTORY` asks pip, as it is configured, for the build
backend and the run-time dependencies that pyproject.toml names, as wheels for this Python, and for
uv, which prek installs with and would otherwise download by itself (`programs/bin` in DIRECTORY).
The tests of the mark `installation` take the directory from KEYCATCH_WHEELHOUSE.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def requirements() -> list[str]:
    """Return what has to be there to build and to run keycatch."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [*project["build-system"]["requires"], *project["project"]["dependencies"]]


def pip(*arguments: str) -> None:
    """Run pip, which says itself what it could not do."""
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", *arguments[1:]]
    code = subprocess.run([*command], stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        raise SystemExit(code)


def main() -> None:
    """Fill the directory that the command line names."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tests/framework/wheelhouse.py DIRECTORY")
    target = Path(sys.argv[1]).resolve()
    pip("wheel", "--wheel-dir", str(target), *requirements())
    pip("install", "--upgrade", "--target", str(target / "programs"), "uv")


if __name__ == "__main__":
    main()
