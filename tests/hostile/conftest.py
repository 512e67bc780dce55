"""What the attacks share: a made-up credential, and what a scan of some bytes comes to."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from types import FrameType

import pytest

from scanner.engine.examine import Examiner
from scanner.rulebook import load_rules


@pytest.fixture(scope="session")
def verdict() -> Callable[..., str]:
    """Return what a scan of some bytes comes to: `found`, `incomplete` or `clean`."""
    examiner = Examiner(load_rules((), ()))

    def run(data: bytes, name: str = "file") -> str:
        examined = examiner.examine(name, data)
        if examined.findings:
            return "found"
        return "incomplete" if any(each.hides for each in examined.tally.notices) else "clean"

    return run


@pytest.fixture(scope="session")
def make_zip() -> Callable[[dict[str, bytes]], bytes]:
    """Return a function that makes a zip of members."""

    def make(members: dict[str, bytes]) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def work() -> Callable[[Callable[[], object]], int]:
    """Return a function that counts what a call comes to: the calls of functions in it.

    The number is the same on each machine, and grows as the time does.
    """

    def count(called: Callable[[], object]) -> int:
        calls = 0

        def event(_frame: FrameType, what: str, _arg: object) -> None:
            nonlocal calls
            calls += what in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(event)
        try:
            called()
        finally:
            sys.setprofile(before)
        return calls

    return count
