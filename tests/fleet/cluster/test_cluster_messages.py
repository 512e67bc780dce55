"""What goes to a worker and comes back: whole, without a secret, and read without trust."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from scanner.errors import KeycatchError
from scanner.fleet.cluster import messages
from scanner.fleet.cluster.messages import (
    Order,
    Terms,
    read_done,
    read_order,
    written_done,
    written_order,
)
from scanner.fleet.outcome import State
from scanner.fleet.work import Done, Work
from scanner.history.record.share_record import Reread, Share, ShareRecord
from scanner.json_fields import FieldError
from scanner.remote.address import parse

KEY = "0" * 64
ASIDES = {"3" * 40: (("documentation-example", 2),)}
FOUND = ShareRecord(KEY, Reread(frozenset({"1" * 40}), frozenset({"2" * 40}), ASIDES), (4, 5, 6))
TERMS = Terms("1" * 64, {"git.example": "TOKEN_OF_IT"}, 5, 6, 7, {".keycatch.toml": "# none\n"})


def work(path: str = "", url: str = "") -> Work:
    return Work(path, parse(url, files=True) if url else None, ("--quiet",), KEY, "", 9)


@pytest.mark.parametrize(
    "order",
    [
        Order(work("/srv/with \udcff byte")._replace(expected=KEY), TERMS),
        Order(work(url="https://git.example/team/app")._replace(before=KEY), TERMS),
        Order(work(url="git@git.example:app.git"), TERMS._replace(tokens={}, files={})),
        Order(work("/srv/app")._replace(share=Share(3, 8)), TERMS),
        Order(work("/srv/app")._replace(found=FOUND), TERMS),
    ],
)
def test_an_order_arrives_as_it_was_sent(order: Order) -> None:
    assert read_order(written_order(order)) == order


@pytest.mark.parametrize("share", [3, [], [1], [1, 2, 3], ["1", 2], [True, 2], {"1": 2}])
def test_a_share_of_another_form_is_refused(share: object) -> None:
    order = json.loads(written_order(Order(work("/srv/app"), TERMS)))
    with pytest.raises(FieldError):
        read_order(json.dumps(order | {"share": share}).encode())


@pytest.mark.parametrize("user", ["token-in-place-of-a-user@", "somebody:word@"])
def test_who_asks_for_an_address_is_not_sent(user: str) -> None:
    with pytest.raises(KeycatchError, match="is not sent to a cluster"):
        written_order(Order(work(url=f"https://{user}git.example/app"), TERMS))


@pytest.mark.parametrize(
    "done",
    [
        Done(KEY, b'{"schema_version": 1}', is_scanned=True),
        Done("", b"not json \xff", is_scanned=True),
        Done(KEY, is_unchanged=True),
        Done(state=State.UNREACHABLE, problem="no route"),
    ],
)
def test_an_answer_arrives_as_it_was_sent(done: Done) -> None:
    assert read_done(written_done(done)) == done


def forged(report: bytes = b"", **fields: Any) -> bytes:
    whole = {"key": None, "is_unchanged": False, "state": None, "problem": None}
    whole |= {"is_scanned": True, "is_empty": False, **fields}
    return zlib.compress(json.dumps(whole).encode() + b"\n" + report)


@pytest.mark.parametrize(
    "answer",
    [
        None, "text", b"", b"{}", written_done(Done(KEY, b"{}"))[:-5], zlib.compress(b"[" * 99999),
        forged(), forged(state="clean"), forged(state="findings"), forged(b"{}", state="failed"),
        forged(b"{}", is_unchanged=True), forged(b"{}", key="../../states"),
        forged(b"{}", is_scanned=1), forged(b"{}", problem=["list"]),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_a_failure(answer: object) -> None:
    done = read_done(answer)
    assert done.state is State.FAILED
    assert not done.content
    assert not done.is_unchanged


def test_an_answer_that_unpacks_to_too_much_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LARGEST", 1000)
    assert read_done(forged(b" " * 1000)).state is State.FAILED
    done = read_done(written_done(Done(KEY, b" " * 1000)))
    assert done.state is State.FAILED
    assert "larger than 500 bytes" in done.problem
    assert done.is_scanned


def test_words_of_a_worker_are_one_line_of_text() -> None:
    done = read_done(forged(state="failed", problem="a\x1b[2J\nb" + "c" * 9999))
    assert "\n" not in done.problem
    assert "\x1b" not in done.problem
    assert len(done.problem) < 3000
