"""Whether a push to a server is accepted, and what the person who pushes is told about it.

Git sends all that a pre-receive hook prints to the person who pushes, and to nobody else. So it
says what to do about the commits, and nothing about where things are on the server.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from scanner.about import NAME
from scanner.console import say
from scanner.errors import KeycatchError
from scanner.reports.wording import KEY_ID_RULE, credential_count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.findings import Finding

# 1 and 2 are those of a scan with findings and of one that could not be completed.
ACCEPTED, REJECTED, FAILED = 0, 1, 2
"""Exit codes; git rejects a push for any but 0."""
_WIDTH: Final = 72
"""Columns of a line: git puts `remote: ` before each, which makes 80."""

_REVOKE: Final = """\
     Revoke each credential, as said above. It has left your machine, so
     taking it out of the commits does not make it safe again."""
_NOT_CANARIES: Final = """\
     Leave the canaries alone: do not use them, do not deactivate them."""
_KEY_IDS: Final = """\
     Look for the secret of each access key ID: the ID alone grants
     nothing. Revoke the key if the secret was shared as well."""
_TAKE_OUT: Final = """\
     Take it out of the commit that is named next to it: out of the last
     commit with `git commit --amend`, out of an earlier one with
     `git rebase -i COMMIT~1` and `edit`. A further commit without it is
     not enough: the one that adds it would be published all the same."""
_AGAIN: Final = """\
     Push again: nothing of this push was stored."""
_FALSE_ALARM: Final = """\
  No credential, or meant to be there? Put `keycatch:allow` and a reason
  in a comment on its line, in the same commit."""
_OVERRIDE: Final = "  Or push with `git push --push-option={option}`, which lets it pass."

# Not within a word, a relative path or a URL (the lookbehind); then a drive, a share or the root;
# then names with separators, up to the last name.
_DIRECTORIES: Final = re.compile(
    r"(?<![\w.~:/\\-])(?:[A-Za-z]:[/\\]|\\\\|/)(?:[^\s/\\'\":]+[/\\]+)*(?=[^\s/\\])"
)
"""The directories of an absolute path of any system."""


def on_findings(args: argparse.Namespace, findings: Sequence[Finding]) -> int:
    """Say whether a push with `findings`, which count, is accepted; return the exit code."""
    excuse = "this server only reports for now" if args.exit_zero else _excuse(args)
    is_revoked = any(not each.canary and each.rule_id != KEY_ID_RULE for each in findings)
    remedy = "take them out of the commits"
    if is_revoked:
        remedy = "revoke them, and take them out of the commits"
    elif all(each.canary for each in findings):
        remedy = "leave the canaries alone: do not use them, do not deactivate them"
    if not args.quiet:
        escape = f"  No credential? Ask {args.contact}." if args.no_marks else _FALSE_ALARM
        remedy = f"what to do now:\n{_numbered(_steps(findings, is_revoked=is_revoked))}\n{escape}"
    return _end(args, REJECTED, f"it adds {credential_count(findings)}", remedy, excuse)


def _steps(findings: Sequence[Finding], *, is_revoked: bool) -> Iterator[str]:
    if is_revoked:
        yield _REVOKE
    if any(each.canary for each in findings):
        yield _NOT_CANARIES
    if any(each.rule_id == KEY_ID_RULE and not each.canary for each in findings):
        yield _KEY_IDS
    if not all(each.canary for each in findings):
        yield _TAKE_OUT
        yield _AGAIN


def _numbered(steps: Iterable[str]) -> str:
    return "\n".join(f"  {number}. {step[5:]}" for number, step in enumerate(steps, 1))


def on_marks(args: argparse.Namespace) -> int:
    """Say whether a push is accepted that adds marks under `--strict`; return the exit code."""
    excuse = "this server only reports for now" if args.exit_zero else _excuse(args)
    why = "it adds marks that allow findings, which this server does not accept"
    remedy = f"remove the marks and the credentials from the commits, or ask {args.contact}"
    return _end(args, REJECTED, why, remedy, excuse)


def on_incomplete(args: argparse.Namespace) -> int:
    """Say whether a push that could not be read completely is accepted; return the exit code."""
    why = "not all of it could be scanned, see above; only the server can let it pass"
    return _end(args, FAILED, why, f"ask {args.contact}", _excuse(args))


def on_failure(args: argparse.Namespace, error: Exception) -> int:
    """Say whether a push that `error` kept from being scanned is accepted; return the exit code."""
    _print(f"{NAME}: {without_directories(_reason(error), args.config)}")
    why = "it could not be scanned because of a problem on the server, not in your commits"
    return _end(args, FAILED, why, f"ask {args.contact}", _excuse(args))


def on_time_up(args: argparse.Namespace) -> int:
    """Say whether a push that takes too long to scan is accepted; return the exit code."""
    excuse = _excuse(args)
    if not excuse and args.on_time_limit == "accept":
        excuse = "this server accepts pushes whose scan takes too long"
    why = f"it was not scanned within the {args.time_limit:g} seconds that the server allows"
    remedy = f"push fewer commits at a time, or ask {args.contact}"
    return _end(args, FAILED, why, remedy, excuse)


def _excuse(args: argparse.Namespace) -> str:
    """Return why a push is accepted that would be rejected, or an empty string."""
    if args.trial:
        return "the check is on trial"
    if args.allow_push_option and args.allow_push_option in push_options(os.environ):
        return f"the push option {args.allow_push_option} overrides the check"
    return ""


def push_options(environ: Mapping[str, str]) -> list[str]:
    """Return the options of the push; there are none without `receive.advertisePushOptions`.

    Source: githooks(5), pre-receive.
    """
    count = environ.get("GIT_PUSH_OPTION_COUNT", "")
    number = int(count) if count.isascii() and count.isdigit() else 0
    return [environ.get(f"GIT_PUSH_OPTION_{n}", "") for n in range(number)]


def _end(args: argparse.Namespace, code: int, why: str, remedy: str, excuse: str) -> int:
    """Say what happens to the push, and why; return ACCEPTED with an `excuse` and else `code`."""
    if excuse:
        _print(f"{NAME}: push accepted, since {excuse}, although {why}")
        return ACCEPTED

    _print(f"{NAME}: push rejected, since {why}: {remedy}")
    if args.allow_push_option:
        say(_OVERRIDE.format(option=args.allow_push_option))
    return code


def _print(message: str) -> None:
    """Print the first line of `message` in lines that fit, and the others as they are."""
    from textwrap import wrap

    sentence, _, steps = message.partition("\n")
    # Words are never broken: `printable` looks for commands of CI runners where words begin.
    for line in wrap(
        sentence, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    ):
        say(line)

    for line in steps.splitlines():
        say(line)


def _reason(error: Exception) -> str:
    if isinstance(error, KeycatchError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror

    from scanner.engine.defects import describe

    return describe(error)


def without_directories(text: str, config: str | None) -> str:
    """Return `text` with the absolute paths in it cut down to their last names.

    A directory with a space in its name is recognised only if it is that of the repository or of
    `config`, the configuration that was given.
    """
    # The pattern ends a name at a blank, so known directories are taken out before it is used; the
    # longest first, since one can be the beginning of another.
    known = {os.getcwd(), os.path.realpath("."), os.path.dirname(os.path.abspath(config or "."))}
    for directory in sorted(known, key=len, reverse=True):
        if directory != os.path.dirname(directory):
            text = text.replace(os.path.join(directory, ""), "")
    return _DIRECTORIES.sub("", text)
