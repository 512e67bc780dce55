"""What goes to a worker and what comes back, as JSON: each side reads it without trust.

No field has a password, a token or a value that was found. A worker gets the names of variables
that have tokens in its own environment, reports are redacted, and what was found in a share of a
repository are IDs of objects.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Final

from scanner.errors import KeycatchError
from scanner.fleet.outcome import State
from scanner.fleet.work import Done, Work
from scanner.history.record import share_record
from scanner.history.record.share_record import Share
from scanner.json_fields import FieldError, Fields
from scanner.records import NamedTuple
from scanner.remote.address import parse
from scanner.secret import printable

_KEY: Final = re.compile("[0-9a-f]{64}")
_FAILED: Final = {each.value: each for each in (State.UNREACHABLE, State.FAILED, State.TIMED_OUT)}
"""The states of a repository for which there is no report."""
_SAID: Final = 2000
"""Characters of a reason that are kept, as `scanner.fleet.scan_process` does it."""
LARGEST: Final = 256 << 20
"""Bytes of an answer: 100,000 findings, held by a worker and by the client at the same time."""


class Terms(NamedTuple):
    """What all work of a run has in common."""

    program: str
    """Of `scanner.fleet.cluster.program`: a worker that has another one must not scan."""
    tokens: dict[str, str]
    """Names of variables of the worker, by the host that each is for."""
    clone_size: int
    clone_seconds: float
    stall: float
    files: dict[str, str]
    """What the scan has in its directory: a configuration, and rules, by name."""


class Order(NamedTuple):
    """Work for a worker."""

    work: Work
    terms: Terms


def written_order(order: Order) -> bytes:
    """Return `order` for `read_order`; raises KeycatchError for an address with a password."""
    work, address = order.work, order.work.address
    is_ssh = address is not None and address.scheme == "ssh"
    if address and (address.secret or (address.user and not is_ssh)):
        # GitHub and GitLab take a token in the place of the user as well.
        raise KeycatchError(
            "a user name or a password in the address is not sent to a cluster: leave it out, and "
            "set a variable with the token where the workers run"
        )
    fields = {
        **order.terms._asdict(),
        **work._asdict(),
        "before": work.before or None,
        "expected": work.expected or None,
        "share": work.share,
        "found": share_record.written(work.found) if work.found else None,
        "address": address.url if address else None,
        "user": (address.user if address else "") or None,
    }
    return json.dumps(fields).encode()


def read_order(content: bytes) -> Order:
    """Return the order that `written_order` gave as `content`; raises FieldError, KeycatchError."""
    fields = Fields(json.loads(content))
    tokens, files = fields.fields("tokens"), fields.fields("files")
    url = fields.optional_text("address")
    address = parse(url, files=True) if url else None
    if address:
        address = address._replace(user=fields.optional_text("user"))
    terms = Terms(
        fields.text("program"),
        {name: tokens.text(name) for name in tokens.names()},
        fields.number("clone_size"),
        fields.number("clone_seconds"),
        fields.number("stall"),
        {name: files.text(name) for name in files.names()},
    )
    work = Work(
        fields.name("path"),
        address,
        fields.texts("options"),
        fields.text("conditions", _KEY),
        fields.optional_text("before", _KEY),
        fields.number("seconds"),
        fields.optional_text("expected", _KEY),
        _share(fields),
        share_record.read(fields.text("found")) if fields.has("found") else None,
    )
    return Order(work, terms)


def _share(fields: Fields) -> Share | None:
    """Return the share that `fields` have; raises FieldError."""
    if not fields.has("share"):
        return None
    found = fields.array("share")
    if len(found) != 2 or any(type(each) is not int for each in found):
        raise FieldError("the share has another form than keycatch gives it")
    return Share(*found)


def written_done(done: Done) -> bytes:
    """Return `done` for `read_done`."""
    if len(done.content) > LARGEST // 2:
        many = f"{LARGEST // 2:,}"
        problem = f"its report is larger than {many} bytes: scan it with `keycatch history`"
        done = Done(state=State.FAILED, problem=problem, is_scanned=True)
    fields = {
        "key": done.key or None,
        "is_unchanged": done.is_unchanged,
        "state": None if done.content or done.is_unchanged else done.state,
        "problem": done.problem or None,
        "is_scanned": done.is_scanned,
        "is_empty": done.is_empty,
    }
    # Reports repeat themselves: the fastest level makes a tenth of them.
    return zlib.compress(json.dumps(fields).encode() + b"\n" + done.content, 1)


def read_done(content: object) -> Done:
    """Return what `written_done` gave as `content`, or that this is no answer of a worker."""
    try:
        if not isinstance(content, bytes):
            return _refused()
        inflate = zlib.decompressobj()
        whole = inflate.decompress(content, LARGEST)
        if not inflate.eof:  # longer, or cut off
            return _refused()
        head, _, report = whole.partition(b"\n")
        fields = Fields(json.loads(head))
        state = fields.choice("state", _FAILED) if fields.has("state") else State.NOT_SCANNED
        done = Done(
            fields.optional_text("key", _KEY),
            report,
            fields.truth("is_unchanged"),
            state,
            printable(fields.optional_text("problem")[:_SAID]),
            fields.truth("is_scanned"),
            fields.truth("is_empty"),
        )
    except (FieldError, ValueError, RecursionError, zlib.error):
        return _refused()
    # One of the three, and no two of them.
    kinds = (bool(report), done.is_unchanged, state is not State.NOT_SCANNED)
    return done if sum(kinds) == 1 else _refused()


def _refused() -> Done:
    return Done(state=State.FAILED, problem="the worker returned no answer that can be read")
