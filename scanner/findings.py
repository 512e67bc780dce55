"""What a scan concludes: findings, their locations, and an account of what was and was not read.

These types carry data from the engine to the reports and across the pipe from worker processes.
They hold no behaviour beyond ordering, merging and what follows from their fields alone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from scanner.liveness.states import Liveness
    from scanner.secret import Secret


class Severity(IntEnum):
    """How much harm the credential can do if it is what it seems to be."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case name that reports print."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the scan is that the value is what it seems to be."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def label(self) -> str:
        """The lower-case name that reports print."""
        return self.name.lower()


COMMIT_MESSAGE: Final = "commit-message"
"""The scope of what stands in a commit itself: its message, and the names of its people."""
TAG_MESSAGE: Final = "tag-message"
"""The same of an annotated tag."""
REFERENCE_NAME: Final = "reference-name"
"""The scope of the name of a branch or tag."""
MESSAGES: Final = {COMMIT_MESSAGE: "commit message", TAG_MESSAGE: "tag message"}
"""Scopes of messages to what stands in the place of a path."""
NO_FILE: Final = frozenset((*MESSAGES, REFERENCE_NAME))
"""The scopes of what stands in no file. All else is in the file that its path names."""


class InHead(NamedTuple):
    """What the commit of HEAD has at the path of a location.

    The object is empty where HEAD has nothing at that path, and in everything but a history. The
    lines and columns are those of the same part of the same credential in that object, counted as
    in `Location`; all are 0 where it is not in there, or not decoded in the same way.
    """

    object: str = ""
    start_line: int = 0
    start_column: int = 0
    end_line: int = 0
    end_column: int = 0


_NOTHING: Final = InHead()


class Location(NamedTuple):
    """Where one part of a credential stands.

    Lines and columns are 1-based and count code points; the end column is exclusive. Inside an
    archive they count within the member; for content that was decoded in place (base64, percent,
    JSON escapes) they cover the encoded characters in the file.
    """

    role: str
    """Which part of the credential stands here: a key of the finding's `values`."""
    path: str
    """The file, relative to where the scan started, undecodable bytes as surrogates."""
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    member: str = ""
    """The path inside the archive `path`; members of nested archives are joined with `!/`."""
    decoded: tuple[str, ...] = ()
    """The decoders that led to the value, outermost first."""
    line_hash: str = ""
    """GitHub's `primaryLocationLineHash` of the start line; filled only for SARIF."""
    object: str = ""
    """The ID of the git object, all hexadecimal digits; empty for what was read from a file.

    That is a blob, or for the scope of a message the commit or the tag.
    """
    commit: str = ""
    """The commit that brought the content, all digits; empty where no commit is known.

    For the message of a tag the commit that it points to.
    """
    author_date: str = ""
    """The author date of that commit, in ISO 8601 as `git log --format=%aI` writes it."""
    scope: str = ""
    """How the content belongs to the scan, a word of the source; empty where there is one way."""
    head: InHead = _NOTHING
    """What has become of the file in HEAD; filled by `keycatch history` only."""


class Moment(NamedTuple):
    """A commit, who wrote it and when."""

    commit: str
    """All digits of its ID."""
    author: str
    """`Name <address>` as the commit has it, undecodable bytes as surrogates."""
    author_date: str
    """ISO 8601 with the author's offset, as `git log --format=%aI` writes it."""


class History(NamedTuple):
    """What the history of a repository knows about a credential: since when, where, still there?"""

    first: Moment | None
    """The earliest commit that has it; None where no commit has it."""
    last: Moment | None
    """The latest commit that has it: the one before it was taken away, or that of HEAD."""
    removed: Moment | None
    """The commit that took it away from the last path of HEAD's history; None if none did."""
    in_head: bool
    """Whether the commit of HEAD still has it."""
    pushed: bool
    """Whether a remote-tracking reference reaches it: others have had it."""
    days: int
    """Days from `first` to `removed`, or to now where nothing took it away; 0 without commits."""
    branches: tuple[str, ...]
    """Local and remote-tracking branches whose history has it, sorted."""
    tags: tuple[str, ...]
    """Tags whose history has it, sorted."""
    held_by: tuple[str, ...]
    """What else keeps it: `reflog of main`, `stash@{0}`, `refs/notes/commits`, `index`; sorted."""
    copies: int
    """Objects that have it."""


class Forensics(NamedTuple):
    """What a credential tells by itself, without a network: facts that follow from its value.

    A text is empty, and a number 0, where the credential does not tell. Times are in UTC, as in
    `2026-11-21T06:00:00Z`. Nothing in here is credential material.
    """

    kind: str
    """What it is, in words: `long-term access key`."""
    generation: int = 0
    """Of an access key ID: 2 for the form made since March 2019, 1 for the one before it."""
    impossible: str = ""
    """Why AWS cannot have issued it; empty where it can have."""
    region: str = ""
    """The region where it was issued, or for which it is good."""
    issued: str = ""
    """When it was issued."""
    expires: str = ""
    """When it stops being good at the latest."""
    user: str = ""
    """The IAM user whose service-specific credential it is. Whoever wrote it has chosen it."""
    signed_by: str = ""
    """The access key ID that signed it, redacted."""


class Finding(NamedTuple):
    """One credential, with every place where the scan met it."""

    rule_id: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    """Stable identity of the credential: depends on its values only (see `fingerprint_of`)."""
    values: dict[str, Secret]
    """The parts by role: `key_id`, `secret`, `session_token`, or the role its rule names."""
    account_id: str
    """Twelve digits, or an empty string where the credential does not tell."""
    evidence: tuple[str, ...]
    """Short sentences: why it was believed. Never contains credential material.

    The last one of a note says why it is no more than that.
    """
    locations: tuple[Location, ...]
    history: History | None = None
    """Filled by `keycatch history` only."""
    partition: str = ""
    """The partition of AWS that the text around a key ID names; empty where it names none."""
    liveness: Liveness | None = None
    """What STS says; filled under `--check-liveness` only."""
    owner: str = ""
    """`ours` or `foreign`, by the list of our own accounts; empty where that cannot be told."""
    forensics: Forensics | None = None
    """What the credential tells by itself; filled when a run is concluded, see `scanner.kinds`.

    None before that, and for a credential of a rule of the user.
    """
    user: str = ""
    """The IAM user that a detector has read; reports have it in `forensics`."""

    @property
    def is_live(self) -> bool:
        """Whether STS took the credential."""
        return self.liveness is not None and self.liveness.state == "live"

    def fails(self, fail_on: Confidence) -> bool:
        """Tell whether the finding makes a command fail whose threshold is `fail_on`.

        One of severity `NOTE` never does: it says what is known, not what has to be dealt with now.
        """
        return self.confidence >= fail_on and self.severity > Severity.NOTE


class Notice(NamedTuple):
    """Something that was not read, or not read to the end."""

    reason: str
    """A stable identifier such as `unreadable` or `decoder-limit`."""
    path: str
    detail: str
    hides: bool
    """Whether a credential could be hidden there: such a notice makes the scan incomplete."""


class Tally:
    """Counts of what a scan covered; tallies of several workers add up."""

    __slots__ = ("blobs", "bytes", "commits", "notices", "set_aside", "skipped")

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.blobs = 0
        self.bytes = 0
        self.commits = 0  # stays so for a scan that has nothing to do with commits
        self.skipped: dict[str, int] = {}
        self.set_aside: dict[str, int] = {}
        self.notices: list[Notice] = []

    def skip(self, reason: str, number: int = 1) -> None:
        """Count content that was passed over because of `reason`."""
        self.skipped[reason] = self.skipped.get(reason, 0) + number

    def aside(self, reason: str, number: int = 1) -> None:
        """Count values that look like credentials but are not reported because of `reason`."""
        self.set_aside[reason] = self.set_aside.get(reason, 0) + number

    def notice(self, notice: Notice) -> None:
        """Record and count content that could not be read, or not to its end."""
        self.notices.append(notice)
        self.skip(notice.reason)

    def add(self, other: Tally) -> None:
        """Add the counts of `other`."""
        self.blobs += other.blobs
        self.bytes += other.bytes
        self.commits += other.commits
        self.notices.extend(other.notices)
        for reason, number in other.skipped.items():
            self.skip(reason, number)
        for reason, number in other.set_aside.items():
            self.aside(reason, number)


class Configuration(NamedTuple):
    """What the configuration of the project did to the scan.

    It is part of every report: whoever reads one has to see that a line in a file of the repository
    took something away.
    """

    file: str
    """The file it was read from: relative to the root of the project if it is below that."""
    excluded: int
    """Contents that were not scanned because of it."""
    disabled: tuple[str, ...]
    """IDs of the rules that were not applied."""
    fail_on: Confidence | None
    """The threshold with it; None where an option of the command line took its place."""


class Head(NamedTuple):
    """The commit of HEAD of a repository whose history was scanned."""

    repository: str
    """The repository as its paths begin in locations; empty where it is the only one."""
    commit: str
    """All digits of the commit's ID."""
    remote: str = ""
    """The address of the remote repository as git has it; reports make it fit to be shown."""


class Report(NamedTuple):
    """Everything a report shows: the findings in their final order and the account of the scan."""

    kind: str
    """What was scanned: the command, such as `scan`."""
    findings: tuple[Finding, ...]
    tally: Tally
    configuration: Configuration | None = None
    """What the configuration did; None without one."""
    narrowed: tuple[str, ...] = ()
    """What options left out of a history, in sentences without a full stop; empty for all of it."""
    heads: tuple[Head, ...] = ()
    """What `in_head` is about; only for a history, one for each repository that has commits."""

    @property
    def incomplete(self) -> tuple[Notice, ...]:
        """The notices that keep the scan from being complete."""
        return tuple(notice for notice in self.tally.notices if notice.hides)


def fingerprint_of(values: dict[str, Secret]) -> str:
    """Return the identity of the credential made of `values`: 32 lower-case hexadecimal digits.

    It depends on nothing but the values, so it survives moved lines, renamed files, rewritten
    history and renamed rules. 128 bits of BLAKE2b under a fixed personalisation: a 40-character
    secret has 240 bits of entropy, so the digest gives nothing away that can be searched for.
    """
    from hashlib import blake2b  # here: a clean scan never needs it

    digest = blake2b(digest_size=16, person=b"keycatch/1")
    for role in sorted(values):
        value = values[role].reveal()
        digest.update(b"%s\0%d\0" % (role.encode(), len(value)))
        digest.update(value)
    return digest.hexdigest()
