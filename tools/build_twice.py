"""Build the wheel and the sdist twice, under different circumstances, to the same bytes.

`python tools/build_twice.py DIRECTORY` leaves them in DIRECTORY with `SHA256SUMS`. Anyone can build
a tag and compare what they get with what was published. Needs `build` and the build backend
(`pip install --require-hashes -r constraints/build.txt`); nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]


class Circumstances(NamedTuple):
    """What differs between machines and days, and must not be seen in a file."""

    folder: str
    umask: int
    changed: int
    """When the files were changed, in seconds since 1970."""
    variables: dict[str, str]


HERE: Final = Circumstances(
    "here", 0o022, 1_700_000_000, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
)
ELSEWHERE: Final = Circumstances(
    "a longer path/elsewhere",
    0o077,
    1_600_000_001,
    {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
)


def tracked() -> list[str]:
    """Return the files of the project: what git tracks or would, or all of an unpacked sdist."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]


def build(work: Path, where: Circumstances) -> Path:
    """Build a copy of the project; return the directory with what was made."""
    copy, made = work / where.folder, work / f"made-{where.umask}"
    before = os.umask(where.umask)
    try:
        for name in tracked():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            target.chmod(
                0o777 & ~where.umask if os.access(ROOT / name, os.X_OK) else 0o666 & ~where.umask
            )
            os.utime(target, (where.changed, where.changed))
        subprocess.run(
            [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(made), str(copy)],
            env={**os.environ, **where.variables},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    finally:
        os.umask(before)
    return made


def sums(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.iterdir())
    }


def main() -> None:
    """Build, compare, and put the files where the command line says."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python tools/build_twice.py DIRECTORY")
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (build(Path(scratch), where) for where in (HERE, ELSEWHERE))
        found = sums(first)
        if found != sums(second):
            raise SystemExit(f"the builds differ: {found} and {sums(second)}")
        target.mkdir(parents=True, exist_ok=True)
        for name in found:
            shutil.copy2(first / name, target / name)
    text = "".join(f"{digest}  {name}\n" for name, digest in found.items())
    (target / "SHA256SUMS").write_text(text, "utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
