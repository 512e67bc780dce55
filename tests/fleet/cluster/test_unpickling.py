"""Pickles that could run code are refused while a cluster is used, and only then."""

from __future__ import annotations

import os
import pickle
import threading
from collections import defaultdict, deque
from typing import Any

import pytest

from scanner.fleet.cluster.unpickling import only_harmless


class Evil:
    def __init__(self, function: Any, *arguments: Any) -> None:
        self.made = (function, arguments)

    def __reduce__(self) -> Any:
        return self.made


@pytest.mark.parametrize(
    "value",
    [
        Evil(os.system, "true"), Evil(eval, "1"), Evil(getattr, 1, "real"), Evil(exec, ""),
        Evil(__import__, "os"), Evil(type, 1), eval, os.path.join,
    ],
)  # fmt: skip
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_function_is_not_called(value: object, protocol: int) -> None:
    content = pickle.dumps(value, protocol)
    with only_harmless() as guard, pytest.raises(PermissionError):
        pickle.loads(content)
    assert guard.refused
    pickle.loads(content)


@pytest.mark.parametrize(
    "value",
    [b"bytes", 7, [1, {"a": (2.5, None)}], ValueError("a"), KeyError(), OSError(2, "b"),
     deque([1]), defaultdict(int), "text"],
)  # fmt: skip
def test_values_and_errors_pass(value: Any) -> None:
    with only_harmless() as guard:
        assert repr(pickle.loads(pickle.dumps(value))) == repr(value)
    assert guard.refused == []


def test_other_threads_are_looked_at_too() -> None:
    refused: list[BaseException] = []

    def load() -> None:
        try:
            pickle.loads(pickle.dumps(Evil(os.system, "true")))
        except PermissionError as error:
            refused.append(error)

    with only_harmless() as guard:
        thread = threading.Thread(target=load)
        thread.start()
        thread.join()
    assert refused
    assert len(guard.refused) == 1
