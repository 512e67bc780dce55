"""Tests for `scanner.records`: its classes are what `typing.NamedTuple` makes of the same body."""

from __future__ import annotations

import pickle
import subprocess
import sys
import typing

import pytest

from scanner import records


class Place(records.NamedTuple):
    """Where something is."""

    line: int
    column: int = 1
    name: NeverImported = ""  # type: ignore[name-defined]  # noqa: F821
    """A name that exists for the type checker alone."""

    @property
    def after(self) -> Place:
        return self._replace(column=self.column + 1)

    @classmethod
    def first(cls) -> Place:
        return cls(1)

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Same(typing.NamedTuple):
    """Where something is."""

    line: int
    column: int = 1
    name: str = ""


def test_a_class_is_like_one_of_typing() -> None:
    for attribute in ("_fields", "_field_defaults", "__doc__", "__module__", "__match_args__"):
        assert getattr(Place, attribute) == getattr(Same, attribute)
    assert Place.__bases__ == Same.__bases__ == (tuple,)
    assert (Place.__qualname__, Place.__name__) == ("Place", "Place")
    assert repr(Place(3)) == repr(Same(3)).replace("Same", "Place")


def test_methods_and_defaults_work() -> None:
    place = Place.first()
    assert place == (1, 1, "")
    assert (str(place.after), place.after.line) == ("1:2", 1)
    with pytest.raises(TypeError):
        Place()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        place.line = 2  # type: ignore[misc]


def test_the_first_records_are_like_all_others() -> None:
    """Until some were made there is no compiled constructor."""

    class Fresh(records.NamedTuple):
        line: int
        column: int = 1
        name: str = ""

    for number in range(40):
        assert Fresh(3) == Fresh(line=3) == (3, 1, "")
        assert Fresh(3, name="x") == Fresh(3, 1, "x") == (3, 1, "x")
        assert Fresh(name="x", column=2, line=number) == (number, 2, "x")
        for wrong in (
            lambda: Fresh(),
            lambda: Fresh(column=1),
            lambda: Fresh(1, 2, "x", 4),
            lambda: Fresh(1, line=1),
            lambda: Fresh(1, other=2),
        ):
            with pytest.raises(TypeError, match="argument"):
                wrong()


def test_a_record_goes_to_another_process_and_back() -> None:
    place = pickle.loads(pickle.dumps(Place(4, 2)))
    assert (place, type(place)) == (Place(4, 2), Place)


def test_annotations_stay_text() -> None:
    assert Place.__annotations__ == {"line": "int", "column": "int", "name": "NeverImported"}


def test_a_body_without_annotations_is_refused() -> None:
    with pytest.raises(TypeError, match="annotations of Empty"):
        type("Empty", (records.NamedTuple,), {"__module__": __name__})


def test_the_start_of_a_scan_compiles_no_annotation() -> None:
    script = """
import sys, typing
def refuse(*_, **__):
    raise AssertionError("an annotation is compiled")
typing.ForwardRef = refuse
from scanner.commands import main
sys.exit(main(["scan", "--no-config", "--allow-empty", "-"]))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], input=b"nothing\n", capture_output=True, check=False
    )
    assert (done.returncode, b"no AWS credentials found" in done.stdout) == (0, True), done.stderr
