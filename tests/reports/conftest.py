"""Reports to render: made by hand, with values from a seeded generator, the same on every run."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scanner.findings import (
    BaselineUse,
    Confidence,
    Configuration,
    Finding,
    Head,
    History,
    InHead,
    Location,
    Moment,
    Notice,
    Remark,
    Report,
    Severity,
    Tally,
    fingerprint_of,
)
from scanner.kinds import signed_url, tell
from scanner.merging import Part, merge_reports
from scanner.pushed import Pushed
from scanner.reports.interface import View
from scanner.rulebook.generator import Generator
from scanner.rulebook.model import Rule
from scanner.secret import Secret
from scanner.tally import SetAside

if TYPE_CHECKING:
    from collections.abc import Callable

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = string.ascii_letters + string.digits + "+/"


class Case(NamedTuple):
    """A report and how to look at it."""

    report: Report
    view: View


class Maker:
    """Makes values that look like credentials and are not."""

    def __init__(self, seed: int = 20) -> None:
        self._random = random.Random(seed)

    def text(self, alphabet: str, length: int) -> bytes:
        return "".join(self._random.choices(alphabet, k=length)).encode()

    def key_id(self, prefix: str = "AKIA") -> Secret:
        return Secret(prefix.encode() + b"Z" + self.text(_BASE32, 15))

    def secret(self) -> Secret:
        return Secret(self.text(_BASE64, 40))

    def token(self) -> Secret:
        return Secret(self.text(_BASE64, 356))


def rule(
    rule_id: str, name: str, severity: Severity, confidence: Confidence, **more: object
) -> Rule:
    fields: dict[str, object] = {
        "summary": f"{name} in the `AWS` sense, made for a test.",
        "why": "Whoever has it can **act as its owner**, see [the manual](https://example.com/iam).",
        "role": "key_id", "kind": "", "anchors": (), "pattern": "", "options": {},
        "cwe": ("CWE-798", "CWE-312"),
        "remediation": (
            (
                "Deactivate the key first, which can be undone: `aws iam update-access-key "
                "--status Inactive --access-key-id ID --user-name NAME`."
            ),
            "Look in CloudTrail for what was done with it since the commit.",
            "Create a new key only if a role cannot do the job, and keep it out of the repository.",
            "Delete the old key when nothing uses it any more.",
        ),
        "references": ("https://example.com/rotate",),
        "origin": "",
        **more,
    }  # fmt: skip
    return Rule(id=rule_id, name=name, severity=severity, confidence=confidence, **fields)  # type: ignore[arg-type]


PAIR = rule("aws-access-key-pair", "AWS access key pair", Severity.CRITICAL, Confidence.HIGH)
KEY_ID = rule("aws-access-key-id", "AWS access key ID", Severity.MEDIUM, Confidence.MEDIUM)
SECRET = rule("aws-secret-access-key", "AWS secret access key", Severity.HIGH, Confidence.MEDIUM)
CUSTOM = rule(
    "our-mail-password", "Our [mail](1) {key}", Severity.LOW, Confidence.LOW,
    origin="rules/own.yaml", remediation=(), references=(), cwe=(), role="mail_password",
)  # fmt: skip
DISABLED = ("aws-unnamed-secret", "aws-eks-token")
URL = rule(
    "aws-presigned-url", "AWS presigned URL", Severity.MEDIUM, Confidence.HIGH, role="url",
    remediation=(), references=(),
)  # fmt: skip
RULES = (PAIR, KEY_ID, SECRET, URL, CUSTOM)
ACCOUNT = "123456789012"


def view(**more: object) -> View:
    fields: dict[str, object] = {
        "show_secrets": False, "color": False, "verbosity": 0, "fail_on": Confidence.MEDIUM,
        "rules": RULES, "exit_code": 1, **more,
    }  # fmt: skip
    return View(**fields)  # type: ignore[arg-type]


def at(
    role: str, path: str, line: int, column: int = 1, length: int = 20, **more: object
) -> Location:
    return Location(role, path, line, column, line, column + length, **more)  # type: ignore[arg-type]


def finding(of: Rule, values: dict[str, Secret], *locations: Location, **more: object) -> Finding:
    fields: dict[str, object] = {
        "rule_id": of.id, "severity": of.severity, "confidence": of.confidence,
        "fingerprint": fingerprint_of(values), "values": values, "account_id": "",
        "evidence": ("prefix of a long-term key", "named aws_access_key_id"),
        "locations": locations, **more,
    }  # fmt: skip
    made = Finding(**fields)  # type: ignore[arg-type]
    return made if "forensics" in more else made._replace(forensics=tell(made))


def tally(blobs: int = 12, size: int = 34_567, commits: int = 0, **more: dict[str, int]) -> Tally:
    made = Tally()
    made.blobs, made.bytes, made.commits = blobs, size, commits
    for reason, number in more.get("skipped", {}).items():
        made.skip(reason, number)
    for reason, number in more.get("set_aside", {}).items():
        made.aside(reason, number)
    return made


def pair_values(make: Maker) -> dict[str, Secret]:
    return {"key_id": make.key_id(), "secret": make.secret()}


def pair_at(values: dict[str, Secret], path: str, line: int, **more: object) -> Finding:
    return finding(
        PAIR,
        values,
        at("key_id", path, line, 22, line_hash=f"{line:x}c0ffee:1", **more),
        at("secret", path, line + 1, 26, 40, line_hash=f"{line:x}beef:1", **more),
        account_id=ACCOUNT,
        evidence=(
            "key ID and secret 1 line apart",
            f"structure of a key ID issued since 2019, account {ACCOUNT}",
            "40 random characters (score 68 bits)",
        ),
    )


def clean(make: Maker) -> Case:
    return Case(Report("scan", (), tally(1_204, 18_345_678)), view(exit_code=0))


def lone_key_id(make: Maker) -> Case:
    found = finding(
        KEY_ID,
        {"key_id": make.key_id()},
        at("key_id", "src/app.py", 3, 14, line_hash="a1b2c3:1"),
        account_id=ACCOUNT,
    )
    return Case(Report("scan", (found,), tally()), view())


def pair(make: Maker) -> Case:
    found = pair_at(pair_values(make), "config/settings.py", 12)
    return Case(Report("scan", (found,), tally()), view())


def triple(make: Maker) -> Case:
    values = {"key_id": make.key_id("ASIA"), "secret": make.secret(), "session_token": make.token()}
    found = finding(
        PAIR,
        values,
        at("session_token", "deploy/session.json", 5, 22, 356),
        at("secret", "deploy/session.json", 4, 25, 40),
        at("key_id", "deploy/session.json", 3, 21),
        account_id=ACCOUNT,
    )
    return Case(Report("staged", (found,), tally(2, 911)), view())


def expiring(make: Maker) -> Case:
    """What tells by itself until when it is good, and what AWS cannot have issued."""
    made = Generator(11)
    account = made.account_id()
    told = {
        signed_url.make_url(made): "signed 2026-02-14T09:30:00Z, expires 2026-02-14T10:30:00Z",
        signed_url.make_old_url(made): "expires 2035-10-08T22:14:38Z",
    }
    found = [
        finding(
            URL,
            {"url": Secret(value.encode())},
            at("url", f"docs/{number}.md", 3, 1, len(value), line_hash=f"{number}beef:1"),
            account_id=account,
            evidence=(f"request to bucket-{number}, signed for s3 in eu-west-1", times),
        )
        for number, (value, times) in enumerate(told.items())
    ]
    fake = Secret(b"AKIA" + b"B" + make.text(_BASE32, 15))
    why = "no issued key ID has B as its fifth character"
    found.append(
        finding(
            KEY_ID, {"key_id": fake}, at("key_id", "try.py", 1), confidence=Confidence.LOW,
            evidence=("prefix AKIA: long-term access key", f"AWS cannot have issued it: {why}"),
        )
    )  # fmt: skip
    return Case(Report("scan", tuple(found), tally()), view())


def archive(make: Maker) -> Case:
    values = pair_values(make)
    member = {"member": "lib.jar!/it's [one](1) {0}/conf.properties", "decoded": ("zip", "zip")}
    found = pair_at(values, "dist/bundle.zip", 7)
    inside = [each._replace(**member) for each in found.locations]
    packed = finding(
        KEY_ID,
        {"key_id": make.key_id()},
        at("key_id", "logs/old.log.gz", 90_210, 5, decoded=("gzip",), line_hash="f00d:1"),
    )
    found = found._replace(locations=tuple(inside))
    return Case(Report("scan", (found, packed), tally()), view())


ODD_NAMES = (
    "with space and 100%/a:b#c?.py",
    "c:colon.py",
    "line\nfeed\x1b[31m\x9b.py",
    "na\udcefve/caf\udce9.txt",
    "\u202eevil\u00fcber.py",
    "../sibling/key.env",
    "/home/somebody/private/key.env",
    "a/./b/../c.py",
    "-dash",
    "[x](1){0}'.py",
)


def odd_names(make: Maker) -> Case:
    found = tuple(
        finding(KEY_ID, {"key_id": make.key_id()}, at("key_id", name, 1, 1)) for name in ODD_NAMES
    )
    return Case(Report("scan", found, tally()), view())


LONG_NAME = "logs/\x1b[2Jall of the logs of the year.tar.gz"


def notices() -> list[Notice]:
    return [
        Notice("unreadable", "data/private.db", "Permission denied", True),
        Notice("decoder-limit", LONG_NAME, "more than 8 layers", True),
        Notice("unreadable", "/home/somebody/x", "cannot open '/home/somebody/x'", True),
        Notice("encrypted-archive", "backup.zip", "", False),
        Notice("rule-timeout", "", "the pattern of rule a-b was stopped by its time limit", True),
    ]  # fmt: skip


def incomplete(make: Maker) -> Case:
    account = tally(skipped={"binary": 3})
    for notice in notices():
        account.notice(notice)
    found = pair_at(pair_values(make), "config/settings.py", 12)
    return Case(Report("scan", (found,), account), view())


def incomplete_clean(make: Maker) -> Case:
    account = tally()
    for notice in notices()[:1]:
        account.notice(notice)
    return Case(Report("range", (), account), view(exit_code=2))


def set_aside(make: Maker) -> Case:
    account = tally(
        skipped={"binary": 2},
        set_aside={"documentation-example": 3, "placeholder": 1, "allowed-on-line": 1200},
    )
    return Case(Report("scan", (), account), view(exit_code=0))


def set_aside_places(make: Maker) -> Case:
    """Nothing but values that were set aside, and content that was not opened."""
    account = tally(set_aside={"documentation-example": 2, "allowed-on-line": 1, "placeholder": 3})
    account.place(
        [
            SetAside("b.md", "", 7, 1, "key_id", "documentation-example"),
            SetAside("a\x1b.tar", "in/x.env", 3, 9, "secret", "allowed-on-line"),
            SetAside("b.md", "", 8, 1, "secret", "documentation-example"),
            SetAside("na\udcefve.py", "", 1, 1, "mail_password", "placeholder"),
        ]
    )
    account.notice(Notice("encrypted-archive", "backup.zip", "zip: inner", False))
    account.notice(Notice("damaged-archive", "a.tar", "tar: x", False))
    account.settle()
    return Case(Report("scan", (), account), view(exit_code=0))


def reviewed(make: Maker) -> Case:
    """A change with a finding, a baseline, and everything that its reviewer has to know."""
    account = tally(set_aside={"in-baseline": 2, "allowed-on-line": 2}, commits=2)
    account.place(
        [
            SetAside("old.env", "", 1, 1, "key_id", "in-baseline", "rotated, owner team-a"),
            SetAside("na\udcefve.py", "", 4, 2, "secret", "in-baseline"),
        ]
    )
    account.settle()
    remarks = (
        Remark(
            "marks-added",
            "this change allows 2 findings by marks that it adds, which --strict refuses: remove "
            "them",
            (("a,b:c.py", 3), ("na\udcefve.py", 9)),
            True,
        ),
        Remark(
            "baseline-altered",
            "this change alters the baseline (.keycatch-baseline); that of its base, 1a2b3c4d, "
            "applies",
            ((".keycatch-baseline", 0),),
        ),
    )
    report = Report(
        "range",
        (pair_at(pair_values(make), "config/settings.py", 12),),
        account,
        baseline=BaselineUse(".keycatch-baseline", 5, 2, 1),
        remarks=remarks,
    )
    return Case(report, view())


def reviewed_clean(make: Maker) -> Case:
    """The same without a finding."""
    case = reviewed(make)
    remarks = tuple(each._replace(is_refused=False) for each in case.report.remarks)
    return Case(case.report._replace(findings=(), remarks=remarks), view(exit_code=0))


def canary(make: Maker) -> Case:
    """Decoys next to a credential that is none; one is a note, and one is of the configuration."""
    values = pair_values(make)
    real = pair_at(pair_values(make), "config/settings.py", 12)
    decoy = pair_at(values, "home/credentials", 2)._replace(canary="known")
    known = note(make, "src/app.py", 3)._replace(canary="known", account_id=ACCOUNT)
    alone = finding(
        KEY_ID, {"key_id": make.key_id()}, at("key_id", "trap.env", 1), account_id=ACCOUNT,
        canary="configured",
    )  # fmt: skip
    return Case(Report("scan", (real, decoy, known, alone), tally()), view())


def canary_history(make: Maker) -> Case:
    """Nothing but a decoy in a history: nothing is to be revoked and nothing to be rewritten."""
    found = pair_at(pair_values(make), "trap.env", 1, **of_history(2))
    found = found._replace(canary="known", history=past(2, in_head=True, pushed=Pushed.YES))
    report = Report("history", (found,), tally(9, commits=4), None, (), HEADS)
    return Case(report, view())


def copies(make: Maker) -> Case:
    values = pair_values(make)
    places = [("config/settings.py", 12), ("config/settings.py", 80)]
    places += [(f"deploy/stage-{number:02}.env", 1) for number in range(30)]
    found = pair_at(values, "config/settings.py", 12)
    everywhere = [each for path, line in places for each in pair_at(values, path, line).locations]
    alone = at("key_id", "README.md", 40, 3)
    return Case(
        Report("scan", (found._replace(locations=(alone, *reversed(everywhere))),), tally()), view()
    )


def same_line(make: Maker) -> Case:
    found = [
        finding(
            KEY_ID,
            {"key_id": make.key_id()},
            at("key_id", "keys.csv", 2, column, line_hash="abc123:4"),
        )
        for column in (90, 1, 40)
    ]
    return Case(Report("scan", tuple(found), tally()), view())


def two_files(make: Maker) -> Case:
    """The halves of a pair in two files, one of them in base64, and a value of another kind."""
    found = finding(
        PAIR,
        pair_values(make),
        at("secret", "b/secret.yaml", 9, 11, 56, decoded=("base64",)),
        at("key_id", "a/id.yaml", 4, 11),
    )
    password = finding(
        CUSTOM,
        {"mail_password": Secret(b"short [x](1)")},
        at("mail_password", "mail.cfg", 1, 7, 12),
    )  # fmt: skip
    return Case(Report("scan", (password, found), tally()), view())


def configured(make: Maker) -> Case:
    """A clean scan that a configuration took something away from."""
    account = tally(skipped={"excluded-by-configuration": 3})
    file = Configuration(".keycatch.toml", 3, DISABLED, Confidence.HIGH)
    return Case(Report("scan", (), account, file), view(exit_code=0, fail_on=Confidence.HIGH))


def configured_findings(make: Maker) -> Case:
    file = Configuration("/home/somebody/a,b::c/%.toml", 0, DISABLED, None)
    found = pair_at(pair_values(make), "config/settings.py", 12)
    return Case(Report("scan", (found,), tally(), file), view())


def of_commit(number: int) -> dict[str, object]:
    return {
        "object": f"{number:x}" * 40,
        "commit": f"{number + 5:x}" * 40,
        "author_date": f"2026-05-{number:02}T12:00:00+02:00",
        "scope": "added",
    }


def commits(make: Maker) -> Case:
    """A pair that two commits have in the same file, its key ID in a third; and notes."""
    values = pair_values(make)
    found = pair_at(values, "config/settings.py", 12, **of_commit(2))
    again = pair_at(values, "config/settings.py", 10, **of_commit(3))
    places = (*found.locations, *again.locations, at("key_id", "README.md", 4, **of_commit(1)))
    known = note(make, "src/app.py", 3, **of_commit(4))
    return Case(
        Report("range", (known, found._replace(locations=places)), tally(commits=3)), view()
    )


def note(make: Maker, path: str, line: int, **more: object) -> Finding:
    return finding(
        KEY_ID,
        {"key_id": make.key_id()},
        at("key_id", path, line, 14, **more),
        severity=Severity.NOTE,
        evidence=("existed before this change",),
    )


def notes(make: Maker) -> Case:
    """Nothing but notes, which make no command fail."""
    found = (note(make, "b.py", 3), note(make, "a\x1b.py", 7), note(make, "##[group]c", 1))
    return Case(Report("staged", found, tally(1, 345)), view(exit_code=0))


def notes_and_more(make: Maker) -> Case:
    """What fails, what is below the threshold and what is a note."""
    doubtful = finding(
        SECRET, {"secret": make.secret()}, at("secret", "b.py", 9, length=40),
        confidence=Confidence.LOW,
    )  # fmt: skip
    found = (note(make, "a.py", 3), doubtful, pair_at(pair_values(make), "c.py", 1))
    return Case(Report("push", found, tally(3, 345, commits=1)), view())


def nothing_staged(make: Maker) -> Case:
    return Case(Report("staged", (), tally(0, 0)), view(exit_code=0))


def no_commits(make: Maker) -> Case:
    return Case(Report("ci", (), tally(0, 0)), view(exit_code=0))


AUTHORS = ("Ada Lovelace <ada@example.com>", "na\udcefve ::debug::x <n@example.com>")
HEADS = (Head("", "f" * 40, "https://bot:password@git.example.com:8443/team/app.git"),)


def moment(number: int, author: str = AUTHORS[0]) -> Moment:
    return Moment(f"{number + 5:x}" * 40, author, f"2026-05-{number:02}T12:00:00+02:00")


def past(first: int | None, last: int = 0, removed: int | None = None, **more: object) -> History:
    """Make a history from the numbers of its commits."""
    fields: dict[str, object] = {
        "first": first and moment(first), "last": first and moment(last or first),
        "removed": removed and moment(removed, AUTHORS[1]), "in_head": False, "pushed": Pushed.NO,
        "days": ((removed or 31) - first) if first else 0, "branches": (), "tags": (),
        "held_by": (), "copies": 1, **more,
    }  # fmt: skip
    return History(**fields)  # type: ignore[arg-type]


def of_history(number: int, **more: object) -> dict[str, object]:
    return {**of_commit(number), "scope": "history", **more}


def history(make: Maker) -> Case:
    """A credential of each exposure, in an order that no format shows."""
    pair = pair_values(make)
    current = {
        role: InHead("e" * 40, line, 5, line, 5 + length)
        for role, line, length in (("key_id", 40, 20), ("secret", 41, 40))
    }
    paths: list[tuple[str, int, dict[str, InHead]]] = [
        ("deploy/old name.env", 1, {}),
        ("config/settings.py", 3, current),
        ("README.md", 2, dict.fromkeys(current, InHead("d" * 40))),
        *((f"backup/{each}.env", each, {}) for each in range(4, 7)),
    ]
    places = [
        place._replace(head=heads.get(place.role, InHead()))
        for path, number, heads in paths
        for place in pair_at(pair, path, 12, **of_history(number)).locations
    ]
    in_head = pair_at(pair, "", 1)._replace(
        locations=tuple(places),
        history=past(
            1, 9, in_head=True, pushed=Pushed.YES, copies=11, tags=("v1.0",),
            branches=("dev", "feature/a", "main", "origin/main"),
        ),
    )  # fmt: skip

    def alone(of: Rule, role: str, path: str, number: int, known: History) -> Finding:
        value = {"key_id": make.key_id, "secret": make.secret}[role]()
        place = at(role, path, 7, 3, len(value), **of_history(number))
        return finding(of, {role: value}, place, history=known)

    branches = ("main", "origin/main")
    old = alone(
        KEY_ID, "key_id", "a/old.py", 1, past(1, 2, 9, pushed=Pushed.YES, branches=branches)
    )
    newer = alone(
        KEY_ID, "key_id", "a/new.py", 5, past(5, 5, 5, pushed=Pushed.YES, branches=branches)
    )
    severe = alone(SECRET, "secret", "b.py", 4, past(4, 6, 8, pushed=Pushed.YES, tags=("v0.9",)))
    local = alone(SECRET, "secret", "c.py", 2, past(2, 3, branches=("topic",)))
    low = alone(KEY_ID, "key_id", "d.py", 1, past(1, in_head=True, branches=("main",)))
    stays = tuple(each._replace(head=InHead(each.object, 7, 3, 7, 23)) for each in low.locations)
    low = low._replace(confidence=Confidence.LOW, locations=stays)
    lost = alone(
        KEY_ID,
        "key_id",
        "",
        3,
        past(None, held_by=("dangling", "reflog of main", "stash@{0}", "z")),
    )
    lost = lost._replace(
        locations=tuple(each._replace(commit="", author_date="") for each in lost.locations)
    )
    forgotten = alone(SECRET, "secret", "", 5, past(None))
    forgotten = forgotten._replace(
        locations=tuple(each._replace(commit="", author_date="") for each in forgotten.locations)
    )
    known = note(make, "e.py", 3, **of_history(1))._replace(history=past(1, pushed=Pushed.YES))
    found = (forgotten, lost, known, low, local, newer, old, severe, in_head)
    narrowed = ("only what `main` reaches (--branch)", "no commit before 2026-01-01 (--since)")
    report = Report("history", found, tally(2_345, commits=31), None, narrowed, HEADS)
    return Case(report, view())


def history_of_messages(make: Maker) -> Case:
    """What stands in the message of a commit and in an archive, of two repositories."""
    values = pair_values(make)
    message = pair_at(values, "app/commit message", 1, **of_history(1, scope="commit-message"))
    packed = pair_at(values, "lib/pack.zip", 2, **of_history(2), member="x", decoded=("zip",))
    kept = [each._replace(head=InHead("2" * 40, 2, 1, 2, 9)) for each in packed.locations]
    everywhere = (*message.locations, *kept)
    found = message._replace(locations=everywhere, history=past(1, in_head=True, copies=2))
    heads = (
        Head("app", "a" * 40, "git@git.example.com:team/app.git"),
        Head("lib", "b" * 40, "/srv/git/lib"),
        Head("../tools", "c" * 40, "ssh://git@git.example.com/tools"),
    )
    return Case(Report("history", (found,), tally(9, commits=4), None, (), heads), view())


def history_clean(make: Maker) -> Case:
    narrowed = ("no object of more than 1 MB (--max-size)",)
    report = Report("history", (), tally(52, commits=4), None, narrowed, HEADS)
    return Case(report, view(exit_code=0))


def several_repositories(make: Maker) -> Case:
    """The same pair in a work tree, a mirror and a clone that has removed it; a key in one."""
    values = pair_values(make)
    pushed = past(1, in_head=True, pushed=Pushed.YES, branches=("main",))
    kept = past(1, in_head=True, pushed=Pushed.NO_REMOTE, branches=("main",))
    gone = past(2, 2, 3, branches=("master",))
    here = {"key_id": InHead("e" * 40, 4, 1, 4, 21), "secret": InHead("e" * 40, 5, 1, 5, 41)}

    def pair_in(path: str, line: int, known: History) -> Finding:
        made = pair_at(values, path, line, **of_history(1))
        if known.in_head:
            at_head = (each._replace(head=here[each.role]) for each in made.locations)
            made = made._replace(locations=tuple(at_head))
        return made._replace(history=known)

    key = make.key_id()
    message = at("key_id", "commit message", 1, **of_history(3, scope="commit-message"))
    alone = finding(KEY_ID, {"key_id": key}, message, history=past(3))
    read = tally(3, 5_000, 2)
    parts = [
        Part("clones/team/shop", Report("history", (pair_in("key", 4, kept),), read)),
        Part("clones/shop.git", Report("history", (pair_in("key", 4, pushed),), read)),
        Part("clones/my app", Report(
            "history",
            (pair_in("conf/a.env", 2, gone), alone),
            read,
            heads=(Head("", "c" * 40, "https://git.example.com/app"),),
        )),
    ]  # fmt: skip
    return Case(merge_reports(parts), view())


CASES: dict[str, Callable[[Maker], Case]] = {
    made.__name__: made
    for made in (
        clean, lone_key_id, pair, triple, expiring, archive, odd_names, incomplete,
        incomplete_clean, set_aside, set_aside_places, reviewed, reviewed_clean, canary,
        canary_history, copies, same_line, several_repositories,
        two_files, configured,
        configured_findings, commits, notes, notes_and_more, nothing_staged, no_commits, history,
        history_of_messages, history_clean,
    )
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `case_name` once for each case."""
    if "case_name" in metafunc.fixturenames:
        metafunc.parametrize("case_name", CASES)


@pytest.fixture
def make_case() -> Callable[[str], Case]:
    """Return the function that makes the case of a name, the same one each time."""
    return lambda name: CASES[name](Maker())


@pytest.fixture
def case(case_name: str) -> Case:
    """Return the case that the test runs for."""
    return CASES[case_name](Maker())


@pytest.fixture(scope="session")
def builders() -> object:
    """Return this module's functions, for tests that make findings of their own."""
    from types import SimpleNamespace

    return SimpleNamespace(
        at=at, finding=finding, tally=tally, view=view, Maker=Maker, rule=rule, RULES=RULES,
        KEY_ID=KEY_ID, PAIR=PAIR, CUSTOM=CUSTOM, Case=Case, CASES=CASES, ODD_NAMES=ODD_NAMES,
        past=past, moment=moment, of_history=of_history,
    )  # fmt: skip
