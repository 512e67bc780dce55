"""Make `rules/randomness.json`, the table of the randomness test: count character pairs of code.

Usage::

    python tools/train_randomness.py                  # write rules/randomness.json
    python tools/train_randomness.py --check          # exit 1 if the committed table would change

Needs CPython of the version `STDLIB_VERSION` (or its `Lib` directory, `--stdlib`), numpy, pip, and
about 350 MB for the wheels, which are downloaded once into `--wheels`. Every input is checked
against a SHA-256 written below, and the same inputs give the same bytes.

What is counted, and why (the figures behind each choice are in docs/randomness.md):

* A *run* is a maximal stretch of the base64 alphabet in any file, text or binary. Each distinct run
  counts once, so that one generated file, or a licence that every package repeats, cannot dominate.
* Runs of 20 to 100 characters are counted: that is what competes with a 40-character secret. Short
  runs are words, whose statistics differ; longer ones are mostly encoded data.
* Code is full of encoded blobs (certificates, hashes, source maps), which must not be learnt. Runs
  of one-case hexadecimal are left out (another test recognizes them), and the rest is *trimmed*:
  a table counted on runs of 8 to 15 characters, among which blobs are few, scores the long runs;
  those that look more like uniform base64 than like code are dropped and the table is counted
  again, for `ROUNDS` rounds. Without trimming, the gap between text and secrets is a third.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent

SYMBOLS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""The base64 alphabet of RFC 4648 section 4, in the order of its values, rows and columns."""

UNIT_BITS = 0.125
"""One step of the stored integers, in bits: 39 rounded steps add an error of about 0.2 bits."""

SEED_LENGTHS = (8, 15)
"""Runs of the first table, in characters: among short ones few are encoded data."""

COUNTED_LENGTHS = (20, 100)
"""Runs of the table itself: below are words, above is encoded data."""

ROUNDS = 3
"""How often the counted runs are trimmed by the table before: the text above has the reason."""

SMOOTHING = 20.0
"""Added to each of the 4096 counts. A pair that training did not see must not decide alone."""

# The library of another version has other files, and the table would differ.
STDLIB_VERSION = "3.11.7"
STDLIB_SHA256 = "12098f15651e1ec0bf27427c1a5f2c84c8b4ab883c36ab15f8433c0e958fdcee"

WHEELS: tuple[tuple[str, str], ...] = (
    ("ansible-core==2.19.14", "d518d0e96fa75bedfe9b0a96d5b158aa712d092961824c115140c8677b88ff06"),
    (
        "apache-airflow-core==3.3.2",
        "99258922bccec15be4700ff89f3c942b8acd93407e263c287ce863e671bb3c50",
    ),
    (
        "azure-mgmt-network==33.1.0",
        "c768d065799db9751999bf041fa5130bff6ab7b2ac281207a2a3845c3c1cfe6f",
    ),
    ("babel==2.18.0", "e2b422b277c2b9a9630c1d7903c2a00d0830c409c59ac8cae9081c92f1aeba35"),
    ("bokeh==3.9.2", "448e07d5ee78231f5bdece3be020024bb98696c0d6b127e0e2df0b8ba8fa9765"),
    ("cmake==4.4.4", "f773a0544c66370408f451acd487c2c643b0dfebb48c5d64f3638bc1bb820238"),
    ("comtypes==1.4.17", "4e0a221dde2c589b82977bed802efd71cd5eb67a380347b732e02735e597f586"),
    ("Cython==3.3.1", "26a28e0ca5dffe9c7d69d1e3a0f78cb74f41b2b6b40771f620262a5d04862a00"),
    ("django-cms==5.1.3", "acf31919aab389d2bea253efa97a901bf55e96046a252f23a7a742e495848a5e"),
    ("Django==5.2.19", "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00"),
    ("Faker==40.54.0", "2dd88ee8cb63a9149e19ef48bdd73879bc3854d8ba2d6c1535e902a762e603f7"),
    (
        "google-api-python-client==2.202.0",
        "aaa90064c9bb642ff1d065b22ca8958a2cb6e345909cefe70d0e5452fc50e08b",
    ),
    ("horizon==27.0.0", "8a981dae4fb6626e71553aa185f6e429b0b1efb86b04b0a72c3b18ee04f1f990"),
    ("jsii==1.142.0", "16d6b3e25bbaa081dd39eabe910b07f646fe4988302d8aae401690f247baf7df"),
    ("jupyterlab==4.6.6", "4261910ccf1ecad6e0b3ca0debe96d4fde9735bfc9707509c125aab850e06b81"),
    ("matplotlib==3.11.2", "07d9b9fa60cd4c393692f50d0bb03123242ddf61c99bb0e95e75feb354e7c1a8"),
    ("nova==34.0.0", "8b46997836961762608e6e46e6d4945325d8a1fb8004e79e552e55839061f10c"),
    ("pandas==3.1.1", "4f1602f614bb83f443381dbcbb94c4ac764b2e50c8d6c965614c5cd83e328c47"),
    ("plotly==7.1.0", "dbb7fa18afce40d0a8e80d1bf162eceb3faa0ce5a77fe741ad09a74cf78f53f3"),
    (
        "Products.CMFPlone==6.2.2",
        "a42ef03553edf206f61fd80abba067a72adb56bd28871fb94bd29b7e9b333026",
    ),
    ("pybind11==3.1.0", "b8488090f8acffbcb6b5d6a85571a6827a0a2981ffb75e5a0b27b87c4a6b7dd0"),
    ("PyQt5-stubs==5.15.6.0", "7fb8177c72489a8911f021b7bd7c33f12c87f6dba92dcef3fdcdb5d9400f0f3f"),
    (
        "python-for-android==2026.5.9",
        "79a58606a78ed3cec1aba110876a414d4aa988f082385d68393e208d009e1e94",
    ),
    ("pythran==0.19.0", "42ab2039b4eaec01084e92a2721a474e893047ba5ec87b14d45ee077ac883d08"),
    ("robotframework==7.5", "5a194db36524604fafa1da89adebc837db9a95adf15ffd746e09ce98251e6c68"),
    ("scikit-learn==1.9.1", "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df"),
    ("Sphinx==9.0.4", "5bebc595a5e943ea248b99c13814c1c5e10b3ece718976824ffa7959ff95fffb"),
    ("SQLAlchemy==2.1.9", "3a24b459e52b3ac138f6a05e99a4bd0589443a1ae18041a59c1cfdee12134a2b"),
    ("streamlit==1.67.0", "f29da87c443bfbdfc52738616e3d65745d438e718da8faf69e2be0da1e52ce64"),
    ("stripe==16.1.0", "3798e07a0603c8923710414cd1942ae847ed43cebbf34c3258417c189711ea70"),
    ("sympy==1.14.0", "e091cc3e99d2141a0ba2847328f5479b05d94a6635cb96148ccb3f34671bd8f5"),
    ("tokenizers==0.23.3", "376851d22bcf9d650a5c3090bb83e6cf9e895fbf0595369fa4cd43c1f69b5f87"),
    ("Twisted==26.10.0", "3732f42af218925a0fe78d6668db55853f7fb532245a89a2669babe7d3000fa8"),
    ("wagtail==8.0.1", "1e6ad5c7891a54efce1400e168298b5a2cc343b642cee89c31bf5ec30c98b26c"),
    (
        "XStatic-Angular==1.8.2.3",
        "a192a1c392257610edadfdccc72cf259631e964ee2fe631fd75a92b68e01989f",
    ),
    ("ziglang==0.17.0", "97079827064a7492cce5541ceb438ae8003ce1e54e399676da2d62fb7a5dc08b"),
)
"""Requirement and SHA-256 of each wheel (the build for CPython 3.11 on x86-64 glibc Linux).

A mixture on purpose: Python of many schools, JavaScript (bokeh, jupyterlab, streamlit, horizon,
wagtail, XStatic-Angular), C and C++ headers and Zig (ziglang, pythran, pybind11), Java
(python-for-android), JSON (google-api-python-client), CMake, translations, and the symbol names of
compiled Rust and C++ (tokenizers and the binary wheels). Nothing here may be part of the text that
docs/randomness.md measures on.
"""

_RUN = re.compile(rb"[A-Za-z0-9+/]{%d,}" % SEED_LENGTHS[0])
_ONE_CASE_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_INDEX = np.full(256, -1, np.int16)
_INDEX[list(SYMBOLS)] = np.arange(64)

Runs: TypeAlias = "dict[int, NDArray[np.int16]]"
"""Runs by length: one row of symbol values for each run."""


def main() -> int:
    """Train from the command line's inputs; return the exit status."""
    parser = argparse.ArgumentParser(description="Make rules/randomness.json.")
    parser.add_argument(
        "--wheels",
        type=Path,
        default=ROOT / "build" / "randomness-wheels",
        help="directory of the wheels; missing ones are downloaded into it",
    )
    parser.add_argument(
        "--stdlib",
        type=Path,
        default=Path(sysconfig.get_path("stdlib")),
        help=f"the Lib directory of CPython {STDLIB_VERSION}",
    )
    parser.add_argument("--output", type=Path, default=ROOT / "rules" / "randomness.json")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 if the output differs from what is there",
    )
    experiment = parser.add_argument_group("experiments (the committed table uses the defaults)")
    experiment.add_argument(
        "--lengths", type=int, nargs=2, default=COUNTED_LENGTHS, metavar=("SHORTEST", "LONGEST")
    )
    experiment.add_argument("--rounds", type=int, default=ROUNDS, help="0 does not trim")
    experiment.add_argument("--smoothing", type=float, default=SMOOTHING)
    options = parser.parse_args()

    # The inputs: what is not exactly what the digests say would give another table.
    wheels = fetch_wheels(options.wheels)
    stdlib = stdlib_files(options.stdlib)
    found = tree_sha256(options.stdlib, stdlib)
    if found != STDLIB_SHA256:
        print(
            f"{options.stdlib} is not the library of CPython {STDLIB_VERSION}: {found}",
            file=sys.stderr,
        )
        return 2

    shortest, longest = options.lengths
    seed, counted = encode(
        distinct_runs(contents(stdlib, wheels)), [SEED_LENGTHS, (shortest, longest)]
    )
    table, kept = train(seed, counted, options.rounds, options.smoothing)
    total = sum(len(rows) for rows in counted.values())
    print(
        f"{total} distinct runs of {shortest} to {longest} characters, {kept} counted",
        file=sys.stderr,
    )
    rule = (
        f"distinct maximal runs of {shortest} to {longest} symbols, not one-case hexadecimal, "
        f"trimmed in {options.rounds} rounds from a table of runs of {SEED_LENGTHS[0]} to "
        f"{SEED_LENGTHS[1]} symbols; {kept} of {total} runs counted; "
        f"{options.smoothing:g} added to each count"
    )

    text = document(table, rule)
    if options.check:
        same = options.output.read_text(encoding="utf-8") == text
        print("same" if same else f"{options.output} would change", file=sys.stderr)
        return 0 if same else 1
    options.output.write_text(text, encoding="utf-8", newline="\n")
    return 0


def fetch_wheels(directory: Path) -> list[Path]:
    """Return the paths of `WHEELS` in `directory`, downloading those that are not there.

    Raises:
        FileNotFoundError: a wheel is missing although pip reported success.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # By content, since a name says nothing about what is in the file.
    by_digest = {sha256(path): path for path in sorted(directory.glob("*.whl"))}
    missing = [(name, digest) for name, digest in WHEELS if digest not in by_digest]
    if missing:
        requirements = directory / "requirements.txt"
        requirements.write_text(
            "".join(f"{name} --hash=sha256:{digest}\n" for name, digest in missing),
            encoding="utf-8",
        )
        # The platform is named so that every machine gets the same builds. pip has no wildcard
        # for them: https://pip.pypa.io/en/stable/cli/pip_download/
        platforms = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--only-binary=:all:",
                "--python-version=3.11",
                "--implementation=cp",
                *(f"--platform={name}" for name in (*platforms, "any")),
                f"--dest={directory}",
                f"--requirement={requirements}",
            ],
            check=True,
        )
        by_digest = {sha256(path): path for path in sorted(directory.glob("*.whl"))}

    paths = [by_digest.get(digest) for _, digest in WHEELS]
    absent = [name for (name, _), path in zip(WHEELS, paths, strict=True) if path is None]
    if absent:
        raise FileNotFoundError(f"not downloaded: {', '.join(absent)}")
    return [path for path in paths if path is not None]


def sha256(path: Path) -> str:
    """Return the SHA-256 of the file `path` in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stdlib_files(root: Path) -> list[Path]:
    """Return the Python files of the standard library below `root`, in the order of their names.

    What an installation adds to the source is left out: packages, caches, build settings.
    """
    skipped = {"site-packages", "dist-packages", "__pycache__", "lib-dynload"}
    found = []
    for directory, names, files in os.walk(root):
        names[:] = [
            name for name in names if name not in skipped and not name.startswith("config-")
        ]
        found += [
            Path(directory, name)
            for name in files
            if name.endswith(".py") and not name.startswith("_sysconfigdata")
        ]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def tree_sha256(root: Path, files: Iterable[Path]) -> str:
    """Return one SHA-256 over the relative names and the contents of `files` below `root`."""
    digest = hashlib.sha256()
    for path in files:
        name = path.relative_to(root).as_posix()
        digest.update(f"{sha256(path)} {name}\n".encode())
    return digest.hexdigest()


def contents(files: Iterable[Path], wheels: Iterable[Path]) -> Iterator[bytes]:
    """Yield the bytes of each of `files` and of each member of `wheels`."""
    for path in files:
        yield path.read_bytes()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    yield archive.read(member)


def distinct_runs(blobs: Iterable[bytes]) -> set[bytes]:
    """Return the distinct runs of the alphabet in `blobs`, from the shortest seed length on."""
    runs: set[bytes] = set()
    for blob in blobs:
        runs.update(_RUN.findall(blob))
    return runs


def encode(runs: Iterable[bytes], lengths: list[tuple[int, int]]) -> list[Runs]:
    """Return, for each inclusive range of `lengths`, the runs in it that are not one-case hex."""
    # Runs of one length are the rows of one array, so that numpy scores them together.
    by_length: dict[int, list[bytes]] = {}
    for run in runs:
        by_length.setdefault(len(run), []).append(run)
    encoded: dict[int, NDArray[np.int16]] = {}
    for length, group in by_length.items():
        if any(low <= length <= high for low, high in lengths):
            kept = [run for run in group if not _ONE_CASE_HEX.fullmatch(run)]
            symbols = np.frombuffer(b"".join(kept), np.uint8).reshape(-1, length)
            encoded[length] = _INDEX[symbols]

    return [
        {length: rows for length, rows in encoded.items() if low <= length <= high}
        for low, high in lengths
    ]


def train(
    seed: Runs, counted: Runs, rounds: int, smoothing: float
) -> tuple[NDArray[np.int64], int]:
    """Return the table counted on `counted` and the number of runs in it.

    In each round the runs that the table before it finds more probable under uniform base64 than
    under code (a score of zero or more) are left out. Scores are sums of integers, so the choice
    does not depend on the order or the precision of additions.
    """
    if rounds == 0:
        return table_of(counted, smoothing), sum(len(rows) for rows in counted.values())

    table = table_of(seed, smoothing)
    kept = counted
    for _ in range(rounds):
        kept = {
            length: rows[table[rows[:, :-1], rows[:, 1:]].sum(axis=1) < 0]
            for length, rows in counted.items()
        }
        table = table_of(kept, smoothing)
    return table, sum(len(rows) for rows in kept.values())


def table_of(runs: Runs, smoothing: float) -> NDArray[np.int64]:
    """Return the scores of the 64 x 64 pairs, in units of `UNIT_BITS`.

    A pair (a, b) scores log2(1/64) - log2 P(b | a), P being the smoothed frequency in `runs`.
    """
    counts = np.zeros(4096)
    for rows in runs.values():
        pairs = rows[:, :-1].astype(np.int64) * 64 + rows[:, 1:]
        counts += np.bincount(pairs.ravel(), minlength=4096)

    square = counts.reshape(64, 64) + smoothing
    bits = -math.log2(64) - np.log2(square / square.sum(axis=1, keepdims=True))
    table: NDArray[np.int64] = np.rint(bits / UNIT_BITS).astype(np.int64)
    return table


def document(table: NDArray[np.int64], rule: str) -> str:
    """Return the JSON text of the table with its provenance: one line for each row of the table."""
    head = {
        "what": "score of each pair of neighbouring characters: "
        "log2 P(pair | uniform base64) - log2 P(pair | code); rows: first, columns: second",
        "made_by": "tools/train_randomness.py",
        "rule": rule,
        "stdlib": {"version": STDLIB_VERSION, "sha256": STDLIB_SHA256},
        "wheels": [f"{name} sha256:{digest}" for name, digest in WHEELS],
        "symbols": "values 0 to 63 of base64 (RFC 4648 section 4)",
        "unit_bits": UNIT_BITS,
    }
    # A row of the table is a line of the file, so that a change can be read in a diff.
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in table.tolist())
    return "{\n" + ",\n".join(lines) + ',\n"rows": [\n' + rows + "\n]\n}\n"


if __name__ == "__main__":
    sys.exit(main())
