"""Write `constraints/`: exact versions with hashes of the program, each extra and the build.

`python tools/lock.py` asks the package index through `uv` (`pip install uv`). Versions that are
pinned stay as long as they fit; `--upgrade` takes the newest. Each file is good for every system
and Python that keycatch is for. No address of an index is written. The files are used as

    pip install --require-hashes -r constraints/core.txt
    pip install --no-deps keycatch
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "constraints"
HEAD: Final = """\
# Written by `python tools/lock.py`: {what}.
# Every version and file that is allowed: `pip install --require-hashes -r constraints/{name}.txt`.
"""
BUILD_TOOLS: Final = ("build", "cyclonedx-bom")
"""What makes a release, besides the build backend: versions as in the extra `dev`."""


def project() -> dict[str, Any]:
    """Return the content of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def files() -> dict[str, str]:
    """Return the name of each file, without its end, and what is in it."""
    extras = project()["project"]["optional-dependencies"]
    return {
        "core": "what the program needs",
        **{name: f"the program with the extra `{name}`" for name in extras},
        "build": "what builds a release",
    }


def requirements(name: str) -> list[str]:
    """Return the requirements in pyproject that the file `name` is compiled from."""
    content = project()
    tables = content["project"]
    if name == "core":
        return [*tables["dependencies"]]
    if name == "build":
        tools = tables["optional-dependencies"]["dev"]
        chosen = [each for each in tools if each.split(">")[0].split("=")[0] in BUILD_TOOLS]
        return [*content["build-system"]["requires"], *chosen]
    found = [*tables["dependencies"]]
    for each in tables["optional-dependencies"][name]:
        inner = each.removeprefix("keycatch[").removesuffix("]")
        found += requirements(inner)[len(tables["dependencies"]) :] if inner != each else [each]
    return found


def compiled(name: str, uv: str, *, upgrade: bool) -> str:
    """Return the text of the file `name`; SystemExit with the message of uv."""
    # Neither pip's nor uv's own settings count: they may name places of this machine.
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_INDEX"))
    }
    target = FOLDER / f"{name}.txt"
    kept = target.read_text("utf-8") if target.exists() and not upgrade else ""
    scratch = FOLDER / f".{name}.txt"
    scratch.write_text(kept, "utf-8")  # where uv looks for the versions to keep
    try:
        done = subprocess.run(
            [
                uv, "pip", "compile", "-", "--output-file", scratch, "--quiet", "--no-config",
                "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header",
                "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
                *(["--upgrade"] if upgrade else []),
            ],
            input="\n".join(requirements(name)), cwd=ROOT, env=environment, check=False, text=True,
            capture_output=True,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr.strip()}")
        return HEAD.format(what=files()[name], name=name) + scratch.read_text("utf-8")
    finally:
        scratch.unlink(missing_ok=True)


def main() -> None:
    """Write every file, or none."""
    parser = argparse.ArgumentParser(description="Write constraints/ with hashes.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = parser.parse_args()
    uv = shutil.which(
        "uv", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    )
    if uv is None:
        raise SystemExit("uv is missing: pip install uv")
    FOLDER.mkdir(exist_ok=True)
    texts = {name: compiled(name, uv, upgrade=options.upgrade) for name in files()}
    for name, text in texts.items():
        (FOLDER / f"{name}.txt").write_text(text, "utf-8")
        print(f"constraints/{name}.txt: {text.count('==')} packages")


if __name__ == "__main__":
    main()
