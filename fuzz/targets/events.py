"""What other programs hand over: agents, CI, STS, a configuration to edit, and our own record."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from fuzz.borrowed import TESTS
from fuzz.files import written
from fuzz.interface import Target, require
from fuzz.planted import KEY_ID, PLANTED, SECRET, examiner, require_masked
from scanner.agents import AGENTS, json_edit, load, recognise
from scanner.agents.interface import Verdict
from scanner.ci.event_file import Event
from scanner.ci.interface import NoRange
from scanner.commands.agent_check import Check, _encoded
from scanner.history.record import record_file
from scanner.liveness import answers
from scanner.liveness.states import State
from scanner.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable


def _agents(data: bytes) -> None:
    payload = _object(data)
    if payload is None:
        return
    rules = tuple(examiner().catalogue.rules.values())
    for name in {recognise(payload), *AGENTS}:
        agent = load(name)
        event = agent.read(payload)
        found = Check(Settings(), rules).look(event.pieces[:4], is_edit=True)
        text = b"\n".join(_encoded(piece.text) for piece in event.pieces[:4])
        require(
            PLANTED not in text or found.stops(event.kind), "a credential in a payload is found"
        )
        answer = agent.answer(event, Verdict("a reason"))
        require(answer.code in (0, 2), "an answer has the code 0 or 2")
        require_masked(answer.stdout + answer.stderr, "an answer")


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(data.decode("utf-8-sig", "surrogateescape"))
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _agent_seeds() -> Iterable[bytes]:
    for name in AGENTS:
        payloads = json.loads((TESTS / f"agents/payloads/{name}.json").read_bytes())
        for payload in payloads.values():
            if isinstance(payload, dict):
                text = json.dumps(payload).replace("@FOLDER@", "/nowhere")
                yield text.replace("@TEXT@", json.dumps(PLANTED.decode())[1:-1]).encode()


def _edited(data: bytes) -> None:
    """Add a hook to a configuration and take it out again: the rest of it stays as it is."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        before = json_edit.parse(text)
    except ValueError:
        return
    hooks: Any = before.get("hooks", {}) if isinstance(before, dict) else None
    added = hooks.get("list", []) if isinstance(hooks, dict) else None
    if not isinstance(added, list):
        return  # the caller leaves such a file alone
    after = json_edit.append(text, ("hooks", "list"), {"command": '\u00e4 " \\'})
    whole = {"hooks": {**hooks, "list": [*added, {"command": '\u00e4 " \\'}]}}
    require(json_edit.parse(after) == {**before, **whole}, "nothing but the hook is added")
    again = json_edit.remove(after, ("hooks", "list", len(added)))
    whole = {"hooks": {**hooks, "list": added}}
    require(json_edit.parse(again) == {**before, **whole}, "nothing but the hook is taken out")


def _edit_seeds() -> Iterable[bytes]:
    yield b"{}"
    yield b'{\n\t"a": [1, 2.5e3, "\\u00e4"],\n\t"hooks": {\n\t\t"list": [{"x": "y"}]\n\t}\n}\n'
    yield b'{"hooks": {"other": null, "list": []}, "z": {}}'
    yield b'{\r\n  "hooks": {},\r\n  "z": ""\r\n}'


def _sts(data: bytes) -> None:
    """Read the rest of the input as a response with the status in its first two bytes."""
    answer = answers.read(int.from_bytes(data[:2], "big"), data[2:], 0.0)
    found = answer.liveness
    require((found.state is State.LIVE) == bool(found.account), "what is live has an account")
    require_masked(found.detail, "the detail of an answer")


def _sts_seeds() -> Iterable[bytes]:
    live = (
        f'<GetCallerIdentityResponse xmlns="{answers.STS}"><GetCallerIdentityResult>'
        "<Arn>arn:aws:iam::012345678901:user/a</Arn><UserId>AIDA</UserId>"
        "<Account>012345678901</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    refused = (
        f'<ErrorResponse xmlns="{answers.STS}"><Error><Type>Sender</Type>'
        "<Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error>"
        "</ErrorResponse>"
    )
    yield b"\0\xc8" + live.encode()
    yield b"\1\x93" + refused.encode()
    yield b"\1\x93" + refused.replace("SignatureDoesNotMatch", SECRET.decode()).encode()
    yield b"\1\xf7<!DOCTYPE x [<!ENTITY a 'aaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>"


def _ci(data: bytes) -> None:
    try:
        event = Event({"GITHUB_EVENT_PATH": "event.json"}, lambda _: data)
        for name in ("before", "pull_request.base.sha", "repository.default_branch"):
            event.optional_text(name)
            event.is_true(name)
            event.text(name)
    except NoRange as error:
        require_masked(str(error), "the error about an event")


def _ci_seeds() -> Iterable[bytes]:
    yield b'{"before": "0", "forced": true, "pull_request": {"base": {"sha": "1"}}}'
    yield b'{"pull_request": [%b], "before": null}' % (b"[" * 50 + b"]" * 50)
    yield b'{"before": "%b"}' % KEY_ID


def _record(data: bytes) -> None:
    """Read a record with the right checksum: another process of the user could forge one."""
    digest = hashlib.blake2b(data, digest_size=32).hexdigest().encode()
    path = written("record.state", b"keycatch history 1 %b\n%b" % (digest, data))
    record = record_file.load(path.removesuffix(record_file.STATE), "key")
    require(record is None or record.key == "key", "a record of other rules is not used")


def _record_seeds() -> Iterable[bytes]:
    plain = {
        "key": "key", "packs": [["a", 1, 2, 3]], "names": "n", "loose": [["0" * 40, 1, 2]],
        "again": ["0" * 40], "trees": [], "asides": [[[["repeated", 1]], ["0" * 40]]],
        "counts": [1, 2, 3], "attribution": None,
    }  # fmt: skip
    yield json.dumps(plain).encode()
    yield json.dumps({**plain, "attribution": {"key": "x", "places": {}, "histories": {}}}).encode()


TARGETS: Final = (
    Target(
        "agents", "payloads of coding agents are answered without a value", _agents, _agent_seeds
    ),
    Target(
        "json-edits", "a hook is added and taken out, and nothing else", _edited, _edit_seeds, 1024
    ),
    Target(
        "sts-answers", "a response of anybody is read or proves nothing", _sts, _sts_seeds, 2048
    ),
    Target("ci-events", "an event file is refused or read", _ci, _ci_seeds, 1024),
    Target("records-of-scans", "a record is ignored or whole", _record, _record_seeds, 1024),
)
