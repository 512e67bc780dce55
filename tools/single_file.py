"""Build `keycatch` as one file that needs no Python, for the system it is built on.

`python tools/single_file.py FILE` takes the keycatch that this interpreter has installed:

    pip install --require-hashes -r constraints/bundle.txt
    pip install --no-deps keycatch-*.whl
    python tools/single_file.py dist/keycatch

The file unpacks itself to a temporary directory at each start (docs/install.md has the times). On
Linux it runs with the C library of the system it is built on, or a newer one. Without boto3, so
without `--check-liveness`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

START: Final = """\
import sys

if sys.platform != "linux":  # elsewhere workers are started anew, which the bundle has to know of
    import multiprocessing

    multiprocessing.freeze_support()

from keycatch.__main__ import main

sys.exit(main())
"""
LEFT_OUT: Final = ("_ssl", "pydoc", "readline", "sqlite3", "ssl", "tkinter", "unittest", "urllib3")
"""What libraries could import and keycatch never has them do: half of the size and of the start."""


def build(work: Path) -> Path:
    """Build in the directory `work`; return the file."""
    start = work / "start.py"
    start.write_text(START, "utf-8")
    strip = ["--strip"] if os.name != "nt" and shutil.which("strip") else []
    command = [
        sys.executable, "-I", "-m", "PyInstaller", "--onefile", "--noconfirm", "--log-level=WARN",
        "--name=keycatch", f"--distpath={work}", f"--workpath={work}/work", f"--specpath={work}",
        "--collect-submodules=scanner", "--collect-data=scanner", "--collect-submodules=keycatch",
        "--recursive-copy-metadata=keycatch", *strip,
        *(f"--exclude-module={name}" for name in LEFT_OUT), str(start),
    ]  # fmt: skip
    # Out of the checkout, whose packages would be taken in the place of what is installed.
    if subprocess.run(command, cwd=work, check=False).returncode:
        raise SystemExit(
            "PyInstaller failed: pip install --require-hashes -r constraints/bundle.txt"
        )
    return work / ("keycatch.exe" if os.name == "nt" else "keycatch")


def main() -> None:
    """Write the file that the command line names."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tools/single_file.py FILE")
    target = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        made = build(Path(scratch))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(made, target)
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
