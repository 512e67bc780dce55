"""Tests for `scanner.levels`: its classes are what `enum.IntEnum` makes of the same body."""

from __future__ import annotations

import copy
import enum
import json
import pickle

import pytest

from scanner import levels


class Height(levels.IntEnum):
    """How high it is."""

    LOW = 0
    HIGH = 2

    @property
    def label(self) -> str:
        return self.name.lower()


class Same(enum.IntEnum):
    """How high it is."""

    LOW = 0
    HIGH = 2


def test_a_class_is_like_one_of_enum() -> None:
    for this in (Height, Same):
        assert [(each.name, each.value, int(each)) for each in this] == [
            ("LOW", 0, 0),
            ("HIGH", 2, 2),
        ]
        assert (len(this), list(this.__members__)) == (2, ["LOW", "HIGH"])
        assert list(reversed(this)) == [this.HIGH, this.LOW]
        assert this(2) is this["HIGH"] is this.HIGH
        assert this.LOW < this.HIGH == 2
        assert this.HIGH in this
        assert {this.HIGH: 1}[2] == 1
        assert (str(this.HIGH), f"{this.HIGH}", f"{this.HIGH:03}") == ("2", "2", "002")
        assert json.dumps([this.HIGH]) == "[2]"
        with pytest.raises(KeyError):
            this["NONE"]
        with pytest.raises(ValueError, match="7 is not a valid"):
            this(7)
    assert repr(Height.HIGH) == repr(Same.HIGH).replace("Same", "Height")
    assert Height.__doc__ == Same.__doc__
    assert Height.HIGH.label == "high"


def test_each_member_is_there_once() -> None:
    for member in Height:
        assert pickle.loads(pickle.dumps(member)) is member
        assert copy.copy(member) is copy.deepcopy(member) is member
