"""The shell variables in the commands of a plan: the only way of a report into a command.

A value is taken from a report only if it has the exact form of what it is said to be, and is quoted
for the shell all the same. Where the report lacks it, the value is a placeholder that no API of AWS
accepts, and a sentence says what to put there.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from scanner.aws.partitions import AWS, of_region
from scanner.decoders import DECODERS
from scanner.pushed import Pushed
from scanner.records import NamedTuple
from scanner.reports.arrange import sightings, where_in_head
from scanner.reports.repositories import at_place, git_in, histories, is_path
from scanner.reports.wording import is_in_file
from scanner.response.leak import REGIONS, ResponseKind
from scanner.response.playbook import declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.findings import Location
    from scanner.response.leak import Leak
    from scanner.response.playbook import Step

_USED: Final = re.compile(r"\$\{?([A-Z][A-Z_]*)")
# What a command sets itself: the variable of a loop, or an assignment at its start.
_SET: Final = re.compile(r"(?:\bfor ([A-Z][A-Z_]*) in\b|^([A-Z][A-Z_]*)=)")


class Variable(NamedTuple):
    """A variable that has to be set before the commands are run."""

    name: str
    value: str
    """From the report, or a placeholder."""
    known: bool
    """Whether `value` is complete and from the report."""
    is_early: bool
    """Whether it can be set before the first step: the report has it, or a part of it."""
    meaning: str
    """What the variable has to be set to, a clause."""

    @property
    def assignment(self) -> str:
        """The line for the shell."""
        return f"{self.name}={shlex.quote(self.value)}"

    @property
    def sentence(self) -> str:
        """What to put there."""
        return f"`{self.name}` is {self.meaning}."


class _Known(NamedTuple):
    """A variable that a report can fill in."""

    value: Callable[[Leak], str]
    """Returns what is known of the credential; empty for nothing."""
    placeholder: str
    meaning: str


_PATH: Final = re.compile(r"[A-Za-z0-9_./@,+=-]{1,255}")


def safe_path(leak: Leak) -> str:
    """Return the path of the file that has `leak`; empty if it has other than plain characters."""
    lead = sightings(leak.finding)[0].lead
    return lead.path if is_in_file(lead) and _PATH.fullmatch(lead.path) else ""


_FROM_REPORT: Final[dict[str, _Known]] = {
    "KEY_ID": _Known(lambda leak: leak.key_id, "<access key ID>", "the complete access key ID"),
    "USER_NAME": _Known(lambda leak: leak.user, "<IAM user>", "the name of the IAM user"),
    "ROLE_NAME": _Known(lambda leak: leak.role, "<role>", "the name of the role"),
    "ACCOUNT_ID": _Known(lambda leak: leak.account, "<account>", "the account number"),
    "REGION": _Known(lambda leak: leak.region, "<region>", "the region, such as us-east-1"),
    # For the step that takes a staged file out again.
    "FILE": _Known(
        lambda leak: safe_path(leak), "<file>", "the file, relative to the top of the work tree"
    ),
}
"""All other variables are declared in the rules and in `rules/response/variables.yaml`: a step of
the plan finds them."""


def assigned(leak: Leak, steps: Iterable[Step]) -> tuple[list[Variable], list[Step]]:
    """Return the variables that `steps` use, and the steps with the assignments of late ones.

    What the report has, also in part, is set before the first step. Everything else is found on
    the way: the first step that uses it begins with the assignment, for a person to complete.
    """
    found: dict[str, Variable] = {}
    set_by_commands: set[str] = set()
    placed = []
    for step in steps:
        here = []
        for command in step.commands:
            set_by_commands.update(name for pair in _SET.findall(command) for name in pair if name)
            for name in _USED.findall(command):
                if name not in set_by_commands and name not in found:
                    found[name] = _variable(name, leak)
                    here.append(found[name])

        late = [variable for variable in here if not variable.is_early]
        placed.append(
            step._replace(
                text=(*step.text, *(variable.sentence for variable in late)),
                commands=(*(variable.assignment for variable in late), *step.commands),
            )
        )

    # The key ID first: a sentence before the assignments says how to complete it.
    return sorted(found.values(), key=lambda variable: variable.name != "KEY_ID"), placed


def _variable(name: str, leak: Leak) -> Variable:
    if name not in _FROM_REPORT:
        placeholder, meaning = declared(name)
        return Variable(name, placeholder, False, False, meaning)

    source = _FROM_REPORT[name]
    value = source.value(leak)
    if not value and name == "KEY_ID":
        where = "is at the places above" if leak.key_id_hint else "signed it"
        if hint := leak.key_id_hint or leak.signer:
            return Variable(name, hint, False, True, f"{source.meaning}, which {where}")

    known = bool(value)
    return Variable(name, value or source.placeholder, known, known, source.meaning)


def lookup(leak: Leak) -> str:
    """Return the command that prints the complete key ID from a git object, and nothing else.

    For a presigned URL that is the key ID that signed it. Empty where the report has the key ID
    already, or names no object that has it unencoded. From the report the command takes the ID of
    the object and the ends of the key ID, both of an exact form, and of several repositories the
    path, quoted.
    """
    at = _readable(leak)
    if at is None:
        return ""

    hint = _hint(leak)
    # The key ID alone, out of whatever is around it: 20 characters, of which the report shows 8.
    form = f"{hint[:4]}[A-Z0-9]{{12}}{hint[-4:]}"
    name = at.repository
    git = git_in(name) if name and is_path(name) else "git"
    return f"{git} cat-file -p {where_in_head(at).object} | grep -aoE {shlex.quote(form)}"


def repository_of_lookup(leak: Leak) -> str:
    """Return in which of several repositories `lookup` finds the key ID; empty for the only one."""
    at = _readable(leak)
    return at.repository if at else ""


def in_clone(leak: Leak, kind: str) -> bool:
    """Return whether a clone has the object of `lookup`, by a report of the kind `kind`."""
    at = _readable(leak)
    if at is None:
        return False

    history = at_place(leak.finding, at, histories(leak.finding)).history
    if history:
        return history.pushed is Pushed.YES and bool(at.commit or at.head.start_line)
    # Commits of `push` and `receive` may never have reached the server.
    return bool(at.commit) and kind in ("ci", "range")


def elsewhere(leak: Leak) -> str:
    """Return a sentence on how to get at a key ID for which there is no command; empty for none."""
    if not leak.key_id_hint or leak.key_id or _readable(leak):
        return ""
    at = next((at for at in _places(leak) if at.role == "key_id"), None)
    if at is None:
        return ""

    again = "create the report again with `--show-secrets`, and the plan contains it."
    if at.member:
        return f"It is in an archive there: {again}"
    if at.decoded:
        known = {decoder.name for decoder in DECODERS}  # a report could say anything
        ways = " and ".join(name for name in at.decoded if name in known)
        return f"It is encoded there{f' ({ways})' if ways else ''}: {again}"
    return f"Read it there, or {again}"


def _hint(leak: Leak) -> str:
    return leak.signer if leak.kind == ResponseKind.PRESIGNED_URL else leak.key_id_hint


def _places(leak: Leak) -> Iterator[Location]:
    for sighting in sightings(leak.finding):
        yield sighting.lead
        yield from sighting.parts


def _readable(leak: Leak) -> Location | None:
    """Return the first location of the key ID in a git object, unencoded, if one is needed."""
    if leak.key_id or not _hint(leak):
        return None

    is_url = leak.kind == ResponseKind.PRESIGNED_URL
    for at in _places(leak):
        # A URL has the key ID that signed it in its text.
        has_it = is_url or at.role == "key_id"
        if has_it and where_in_head(at).object and not (at.member or at.decoded):
            return at
    return None


def partition_lines(leak: Leak) -> Iterator[str]:
    """Yield the line that directs the AWS CLI to another partition than `aws`.

    A region does: the CLI chooses its endpoints and their partition by it.
    """
    if leak.partition not in ("", AWS):
        own = leak.region and of_region(leak.region) == leak.partition
        # The AWS CLI reads AWS_REGION first; boto3 reads AWS_DEFAULT_REGION only.
        region = shlex.quote(leak.region if own else REGIONS[leak.partition])
        yield f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}"
