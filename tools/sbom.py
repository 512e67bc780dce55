"""Write the software bill of materials of an installation, in CycloneDX 1.6.

`python tools/sbom.py PYTHON FILE` looks at the environment of the interpreter PYTHON, in which the
wheel is installed (docs/releasing.md), and lists keycatch and what it depends on, with versions,
licences and who needs whom. What else is in the environment, such as pip, is left out. The same
environment gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scanner.about import NAME, VERSION  # noqa: E402 -- this checkout's


def needed(document: dict[str, Any]) -> set[str]:
    """Return the references of the program itself and of all that it depends on."""
    uses = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    found: set[str] = set()
    pending = [document["metadata"]["component"]["bom-ref"]]
    while pending:
        reference = pending.pop()
        if reference not in found:
            found.add(reference)
            pending += uses.get(reference, [])
    return found


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` with the version of the program, and without what it does not need."""
    kept = needed(document)
    component = document["metadata"]["component"]
    component |= {"version": VERSION, "purl": f"pkg:pypi/{NAME}@{VERSION}"}
    return {
        **document,
        "components": [each for each in document["components"] if each["bom-ref"] in kept],
        "dependencies": [each for each in document["dependencies"] if each["ref"] in kept],
    }


def main() -> None:
    """Write the file that the command line names."""
    if len(sys.argv) != 3:
        raise SystemExit("usage: python tools/sbom.py PYTHON FILE")
    done = subprocess.run(
        [
            sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible",
            "--spec-version", "1.6", "--pyproject", str(ROOT / "pyproject.toml"), sys.argv[1],
        ],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit("cyclonedx-py failed: pip install cyclonedx-bom")
    document = finished(json.loads(done.stdout))
    Path(sys.argv[2]).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"{sys.argv[2]}: {NAME} and {len(document['components'])} packages")


if __name__ == "__main__":
    main()
