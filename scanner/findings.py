"""What a scan concludes: findings, with what is known about each, and the report that has them all.

These types carry data from the engine to the reports and across the pipe from worker processes.
They have no behaviour beyond what follows from their fields alone. Locations and the tally of a
scan, which are parts of a report, have modules of their own and can be imported from here.
"""

from __future__ import annotations

from scanner.levels import IntEnum
from scanner.locations import (
    COMMIT_MESSAGE,
    MESSAGES,
    NO_FILE,
    REFERENCE_NAME,
    TAG_MESSAGE,
    WORK_TREE,
    InHead,
    Location,
)
from scanner.records import NamedTuple
from scanner.tally import Notice, Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from scanner.liveness.states import Liveness
    from scanner.pushed import Pushed
    from scanner.secret import Secret

__all__ = [
    "COMMIT_MESSAGE",
    "MESSAGES",
    "NO_FILE",
    "REFERENCE_NAME",
    "TAG_MESSAGE",
    "WORK_TREE",
    "BaselineUse",
    "Confidence",
    "Configuration",
    "Finding",
    "Forensics",
    "Head",
    "History",
    "InHead",
    "InRepository",
    "Location",
    "Moment",
    "Notice",
    "Remark",
    "Report",
    "Severity",
    "Tally",
    "Threshold",
    "fingerprint_of",
    "threshold_name",
]  # fmt: skip


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


Threshold: TypeAlias = Confidence | Severity
"""The least confidence, or the least severity, that makes a command fail.

A threshold of severity leaves out what is of low confidence: it can be anything.
"""


def threshold_name(threshold: Threshold) -> str:
    """Return `threshold` as `--fail-on` takes it."""
    if isinstance(threshold, Confidence) or threshold is Severity.CRITICAL:
        return threshold.label
    return f"severity:{threshold.label}"


class Moment(NamedTuple):
    """A commit, who wrote it and when."""

    commit: str
    """All digits of its ID."""
    author: str
    """`Name <address>` as the commit has it, undecodable bytes as surrogates."""
    author_date: str
    """ISO 8601 with the author's offset, as `git log --format=%aI` writes it."""


class History(NamedTuple):
    """When and where a credential was in the history of a repository, and whether it still is."""

    first: Moment | None
    """The earliest commit that has it; None where no commit has it."""
    last: Moment | None
    """The latest commit that has it: the one before it was removed, or that of HEAD."""
    removed: Moment | None
    """The commit that removed it from the last path of HEAD's history; None if none did."""
    in_head: bool
    """Whether the commit of HEAD still has it."""
    pushed: Pushed
    """Whether others have had it, as far as the repository knows."""
    days: int
    """Days from `first` to `removed`, or to now where nothing removed it; 0 without commits."""
    branches: tuple[str, ...]
    """Local and remote-tracking branches whose history has it, sorted."""
    tags: tuple[str, ...]
    """Tags whose history has it, sorted."""
    held_by: tuple[str, ...]
    """Other holders, sorted: `reflog of main`, `stash@{0}`, `refs/notes/commits`, `index`."""
    copies: int
    """The number of objects that have it."""


class InRepository(NamedTuple):
    """What one of several repositories says of a credential that it has."""

    repository: str
    """As in its locations."""
    history: History | None


class Forensics(NamedTuple):
    """Facts that follow from the value of a credential alone, without a network.

    A text is empty, and a number 0, where the value does not show it. Times are in UTC, as in
    `2026-11-21T06:00:00Z`. Nothing in here is credential material.
    """

    kind: str
    """What it is, in words: `long-term access key`."""
    generation: int = 0
    """For an access key ID, 2 for the form issued since March 2019, 1 for the one before it.

    Source: `scanner.aws.key_id`.
    """
    impossible: str = ""
    """Why AWS cannot have issued it; empty where it can have."""
    region: str = ""
    """The region where it was issued, or for which it is valid."""
    issued: str = ""
    """When it was issued."""
    expires: str = ""
    """When it stops being valid at the latest."""
    user: str = ""
    """The IAM user whose service-specific credential it is: text that the owner chose."""
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
    """Twelve digits, or an empty string where the credential does not show it."""
    evidence: tuple[str, ...]
    """Short sentences: why it is believed to be one. Never contains credential material.

    For a finding of severity `NOTE`, the last one says why it is only a note.
    """
    locations: tuple[Location, ...]
    history: History | None = None
    """Filled by `keycatch history` only."""
    partition: str = ""
    """The partition of AWS that the text around a key ID names; empty where it names none."""
    liveness: Liveness | None = None
    """What STS says; filled under `--check-liveness` only."""
    owner: str = ""
    """`ours` or `foreign`, by the configured list of own accounts; empty where it is unknown."""
    forensics: Forensics | None = None
    """Facts from the value itself, by `scanner.kinds`; filled when a run is concluded.

    None before that, and for a credential that a rule of the user found.
    """
    user: str = ""
    """The IAM user that a detector read next to the value; reports show it in `forensics`."""
    canary: str = ""
    """`known` or `configured` if its account holds decoys: by the shipped list, or by that of the
    user. Empty for all others, and for what STS accepted."""
    repositories: tuple[InRepository, ...] = ()
    """The repositories that have it, by name; empty in a report of only one. `history` has what
    they say together (`scanner.merging`)."""

    @property
    def is_live(self) -> bool:
        """Whether STS accepted the credential."""
        return self.liveness is not None and self.liveness.state == "live"

    def fails(self, fail_on: Threshold) -> bool:
        """Return whether the finding makes a command with the threshold `fail_on` fail.

        A finding of severity `NOTE` never does: it is for information and needs no action now.
        """
        return self.severity > Severity.NOTE and not self.is_below(fail_on)

    def is_below(self, threshold: Threshold) -> bool:
        """Return whether the finding is only a possible credential for who chose `threshold`.

        A note is measured by its confidence alone: it has no severity of its own.
        """
        if isinstance(threshold, Confidence):
            return self.confidence < threshold
        if self.confidence < Confidence.MEDIUM:
            return True
        return Severity.NOTE < self.severity < threshold


class Configuration(NamedTuple):
    """What the configuration of the project did to the scan.

    It is part of every report: its reader has to see that a file of the repository itself removed
    something from the result.
    """

    file: str
    """The file it was read from: relative to the root of the project if it is below that."""
    excluded: int
    """Contents that were not scanned because of it."""
    disabled: tuple[str, ...]
    """IDs of the rules that were not applied."""
    fail_on: Threshold | None
    """The threshold that it sets; None where an option of the command line overrides it."""


class BaselineUse(NamedTuple):
    """What the baseline of the project did to the scan."""

    file: str
    """The file, relative to the root of the project if it is below that."""
    entries: int
    accepted: int
    """Credentials that are not reported because of it."""
    expired: int
    """Credentials that are reported again since their entries have expired."""


class Remark(NamedTuple):
    """What the reader of a report has to know about a change besides its findings.

    A reviewer sees from it that a change has a say in its own check.
    """

    reason: str
    """A stable identifier: `baseline-altered`, `configuration-altered` or `marks-added`."""
    text: str
    """A sentence without a full stop."""
    places: tuple[tuple[str, int], ...] = ()
    """Path and line of what it is about; the line is 0 for a file as a whole."""
    is_refused: bool = False
    """Whether it makes the command fail, as a finding does."""


class Head(NamedTuple):
    """The commit of HEAD of a repository whose history was scanned."""

    repository: str
    """What the paths in its locations begin with; empty where it is the only repository."""
    commit: str
    """All digits of the commit's ID."""
    remote: str = ""
    """The address of the remote repository as git has it; reports clean it before showing it."""


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
    """The commits that `in_head` is about; for a history, one for each repository with commits."""
    baseline: BaselineUse | None = None
    """What the baseline did; None without one."""
    remarks: tuple[Remark, ...] = ()
    """What a reviewer of the change has to know."""

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

    # The personalisation keeps these digests apart from any other use of BLAKE2b. Baselines hold
    # fingerprints, so neither it nor the size can ever change.
    digest = blake2b(digest_size=16, person=b"keycatch/1")
    for role in sorted(values):
        value = values[role].reveal()
        # With its length before it, no value can be moved from one role to another.
        digest.update(b"%s\0%d\0" % (role.encode(), len(value)))
        digest.update(value)
    return digest.hexdigest()
