"""What git is given with each command: options and variables.

With them nothing in the repository or in the user's configuration can change what git prints or
make it run anything: no file system monitor, no hooks, no pager, no prompt, the C locale, no locks
taken, nothing fetched.

Git itself checks who owns the repository: `safe.directory` is never set, and git finds the
repository by itself, since naming it with `GIT_DIR` would switch that check off (git-config(1),
`safe.directory`).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

# Where names that differ in case alone are two files, a setting that they are one hides the second.
_CASES: Final = (
    () if sys.platform in ("win32", "cygwin", "darwin") else ("-c", "core.ignoreCase=false")
)

# git(1) and git-config(1) describe each of these.
QUIET: Final = (
    "--no-pager",
    "--no-optional-locks",  # a scan writes nothing, and must not disturb a git that runs meanwhile
    "-c",
    "core.fsmonitor=false",  # its value is a program that git runs
    "-c",
    "core.untrackedCache=false",  # a cache in the index, which can be stale
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    # Files beside the objects that say what is in them: parents of commits, and which pack has an
    # object. Git believes them without a look at the object, and a repository can come with any.
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.multiPackIndex=false",
    *_CASES,
)

NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")

NO_FETCH: Final = ("-c", "fetch.parallel=none")
"""No number, so that `git fetch` ends when it reads its configuration. Git from 2.29 to 2.44 starts
one for what a partial clone lacks, and since 2.40 that downloads what `fetch.bundleURI` names
before it asks whether the protocol is allowed (builtin/fetch.c, bundle-uri.c)."""

HARDENED: Final = (
    *QUIET,
    *NO_HOOKS,
    *NO_FETCH,
    # A directory in a work tree can be made to look like a bare repository with a configuration of
    # its own, which git would follow when it is started inside of it.
    "-c",
    "safe.bareRepository=explicit",
)

SETTINGS: Final = {
    "LC_ALL": "C",  # English messages, which `scanner.git.complaint` matches
    "GIT_TERMINAL_PROMPT": "0",  # no question at the terminal
    # No fetch of the objects that a partial clone lacks. Git knows the first since 2.45. Before, it
    # would run what the configuration of the repository names, which takes a protocol (known since
    # 2.6). In an empty list is the protocol without a name, as of the address `::x`, whose program
    # is `git-remote-` or an alias of the repository. So there is one, whose name nobody can know.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": os.urandom(16).hex(),
}

_CONFIGURES: Final = frozenset((
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",  # a container mounts a part of a work tree
    "GIT_TEST_ASSUME_DIFFERENT_OWNER",  # git's own tests: every repository is of another owner
))  # fmt: skip
"""Variables that hold for every repository of the user (git(1), git-config(1) "ENVIRONMENT")."""
_SAFE: Final = "safe.directory"

_CHANGING: Final = frozenset(
    (
        # They change what a path means (git(1), "--glob-pathspecs" and the following).
        *("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS"),
        *("GIT_ICASE_PATHSPECS", "GIT_PREFIX"),
        # They name programs and files that git would run or write.
        *("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_PAGER", "GIT_ATTR_SOURCE"),
        *("GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE_SETUP", "GIT_TRACE_PERFORMANCE"),
        *("GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF", "GIT_FLUSH"),
    )
)
"""Variables of a shell or a hook that are not handed on to git."""


def environment(inherited: Mapping[str, str], **settings: str) -> dict[str, str]:
    """Return the environment for git: `inherited`, overridden by `SETTINGS` and `settings`."""
    kept = {name: value for name, value in inherited.items() if name not in _CHANGING}
    return {**kept, **SETTINGS, **settings}


def for_any_repository(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return `inherited` without what says of git where a repository is and how to read it.

    The hook of another repository has `GIT_DIR`, `GIT_INDEX_FILE` and all else that `git rev-parse
    --local-env-vars` lists; they would make git answer for that one. Variables for pathspecs and
    traces change what it answers. Files of configuration that variables name are the user's, as
    those in the home directory are. Single settings in variables, as of `git -c`, may be meant for
    one command, such as `core.excludesFile`: of them only `safe.directory` stays.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("GIT_") or name in _CONFIGURES
    }
    exceptions = _exceptions(inherited)
    if exceptions:
        kept["GIT_CONFIG_COUNT"] = str(len(exceptions))
    for number, directory in enumerate(exceptions):
        kept[f"GIT_CONFIG_KEY_{number}"] = _SAFE
        kept[f"GIT_CONFIG_VALUE_{number}"] = directory
    return kept


def _exceptions(inherited: Mapping[str, str]) -> list[str]:
    """Return the values of `safe.directory` in variables, in the order in which git reads them.

    An empty one takes back those before it. Where git would refuse a variable there are none.
    """
    count = inherited.get("GIT_CONFIG_COUNT", "")
    found = []
    # Not by the count alone, which may be any number.
    for number in range(min(int(count), len(inherited)) if count.isdecimal() else 0):
        key = inherited.get(f"GIT_CONFIG_KEY_{number}", "")
        value = inherited.get(f"GIT_CONFIG_VALUE_{number}")
        if key.lower() == _SAFE and value is not None:
            found.append(value)

    # `'key=value'`, since git 2.31 `'key'='value'`; a quote is `'\\''` (quote.c, config.c).
    parameters = inherited.get("GIT_CONFIG_PARAMETERS", "")
    if _SAFE in parameters.lower():
        import shlex

        try:
            settings = [word.partition("=") for word in shlex.split(parameters)]
        except ValueError:  # a quote that does not end
            return []
        found += [value for key, mark, value in settings if mark and key.lower() == _SAFE]
    return found
