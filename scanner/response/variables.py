"""The variables of the shell that the commands of a plan use: the way of a report into a command.

A value comes from a report only if it has the exact form of what it is said to be. It is quoted for
the shell all the same. Where the report does not have it, a placeholder stands in its place that no
API of AWS accepts, and a sentence says what belongs there.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.aws.partitions import AWS, of_region
from scanner.decoders import DECODERS
from scanner.reports.arrange import sightings, where_in_head
from scanner.reports.wording import is_in_file
from scanner.response.cases import REGIONS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.findings import Location
    from scanner.response.cases import Case
    from scanner.response.playbooks.interface import Step

_USED: Final = re.compile(r"\$\{?([A-Z][A-Z_]*)")
_SET: Final = re.compile(r"(?:\bfor ([A-Z][A-Z_]*) in\b|^([A-Z][A-Z_]*)=)")


class Variable(NamedTuple):
    """A variable that has to be set before the commands are run."""

    name: str
    value: str
    """What the report tells, or a placeholder."""
    known: bool
    """Whether it is what the report tells."""
    is_early: bool
    """Whether it can be set before the first step."""
    meaning: str
    """What belongs there, a clause."""

    @property
    def assignment(self) -> str:
        """The line for the shell."""
        return f"{self.name}={shlex.quote(self.value)}"

    @property
    def sentence(self) -> str:
        """What to put there."""
        return f"`{self.name}` is {self.meaning}."


class _Source(NamedTuple):
    value: Callable[[Case], str]
    placeholder: str
    meaning: str


_PATH: Final = re.compile(r"[A-Za-z0-9_./@,+=-]{1,255}")


def safe_path(case: Case) -> str:
    """Return the path of the file that has `case`; empty if it is not a plain one."""
    lead = sightings(case.finding)[0].lead
    return lead.path if is_in_file(lead) and _PATH.fullmatch(lead.path) else ""


def _nothing(_case: Case) -> str:
    return ""


_SOURCES: Final[dict[str, _Source]] = {
    "KEY_ID": _Source(lambda case: case.key_id, "<access key ID>", "the complete access key ID"),
    "USER_NAME": _Source(lambda case: case.user, "<IAM user>", "the name of the IAM user"),
    "ROLE_NAME": _Source(lambda case: case.role, "<role>", "the name of the role"),
    "ACCOUNT_ID": _Source(lambda case: case.account, "<account>", "the number of the account"),
    "REGION": _Source(lambda case: case.region, "<region>", "the region, such as us-east-1"),
    "CREDENTIAL_ID": _Source(_nothing, "<ACCA...>", "the ID of the service-specific credential"),
    "API_ID": _Source(_nothing, "<API ID>", "the ID of the GraphQL API"),
    "API_KEY": _Source(_nothing, "<da2-...>", "the complete API key"),
    "KEY_NAME": _Source(_nothing, "<key pair>", "the name of the key pair"),
    "PRIVATE_KEY_FILE": _Source(_nothing, "<file>", "a file with the private key"),
    "CLUSTER": _Source(_nothing, "<cluster>", "the name of the cluster"),
    "BUCKET": _Source(_nothing, "<bucket>", "the name of the bucket"),
    "OBJECT_KEY": _Source(_nothing, "<key>", "the key of the object, without a slash before it"),
    "NEW_OBJECT_KEY": _Source(_nothing, "<new key>", "the key that the object is to get"),
    "FILE": _Source(lambda case: safe_path(case), "<file>", "the file, from the top of the tree"),
}


def assigned(case: Case, steps: Iterable[Step]) -> tuple[list[Variable], list[Step]]:
    """Return the variables that `steps` use, and the steps with assignments where these belong.

    What the report tells, also in part, is set before the first step. Everything else is found on
    the way: the first step that uses it begins with the assignment, for a person to fill in.
    """
    found: dict[str, Variable] = {}
    own: set[str] = set()
    placed = []
    for step in steps:
        here = []
        for command in step.commands:
            own.update(name for pair in _SET.findall(command) for name in pair if name)
            for name in _USED.findall(command):
                if name not in own and name not in found:
                    found[name] = _variable(name, case)
                    here.append(found[name])
        late = [variable for variable in here if not variable.is_early]
        placed.append(
            step._replace(
                text=(*step.text, *(variable.sentence for variable in late)),
                commands=(*(variable.assignment for variable in late), *step.commands),
            )
        )
    return sorted(found.values(), key=lambda variable: variable.name != "KEY_ID"), placed


def _variable(name: str, case: Case) -> Variable:
    value = _SOURCES[name].value(case)
    meaning = _SOURCES[name].meaning
    if not value and name == "KEY_ID":
        where = "stands at the places above" if case.key_id_hint else "signed it"
        if hint := case.key_id_hint or case.signer:
            return Variable(name, hint, False, True, f"{meaning}, which {where}")
    known = bool(value)
    return Variable(name, value or _SOURCES[name].placeholder, known, known, meaning)


def lookup(case: Case) -> str:
    """Return the command that prints the complete key ID out of a git object, and nothing else.

    Empty where the report has the key ID, or no object that has it as it is; of a presigned URL it
    is the key ID of who signed it. Of the report, the command has the name of the object and the
    ends of the key ID, which have exact forms.
    """
    at = _readable(case)
    if at is None:
        return ""
    hint = _hint(case)
    form = f"{hint[:4]}[A-Z0-9]{{12}}{hint[-4:]}"
    return f"git cat-file -p {where_in_head(at).object} | grep -aoE {shlex.quote(form)}"


def in_clone(case: Case, kind: str) -> bool:
    """Tell whether a clone has what `lookup` looks into, by a report of the kind `kind`."""
    at, history = _readable(case), case.finding.history
    if at is None:
        return False
    if history:
        return history.pushed and bool(at.commit or at.head.start_line)
    return bool(at.commit) and kind in ("ci", "range")


def elsewhere(case: Case) -> str:
    """Return a sentence about how to get at a key ID for which there is no command."""
    if not case.key_id_hint or case.key_id or _readable(case):
        return ""
    anew = "make the report anew with `--show-secrets`, and the plan has it."
    at = next((at for at in _places(case) if at.role == "key_id"), None)
    if at is None:
        return ""
    if at.member:
        return f"It is in an archive there: {anew}"
    if at.decoded:
        known = {decoder.name for decoder in DECODERS}  # a report could say anything
        ways = " and ".join(name for name in at.decoded if name in known)
        return f"It is encoded there{f' ({ways})' if ways else ''}: {anew}"
    return f"Read it there, or {anew}"


def _hint(case: Case) -> str:
    return case.signer if case.kind is Kind.PRESIGNED_URL else case.key_id_hint


def _places(case: Case) -> Iterator[Location]:
    for sighting in sightings(case.finding):
        yield sighting.lead
        yield from sighting.parts


def _readable(case: Case) -> Location | None:
    """Return the first location with the key ID as it is in a git object, if one is needed."""
    if case.key_id or not _hint(case):
        return None
    is_url = case.kind is Kind.PRESIGNED_URL
    for at in _places(case):
        has_it = is_url or at.role == "key_id"
        if has_it and where_in_head(at).object and not (at.member or at.decoded):
            return at
    return None


def partition_lines(case: Case) -> Iterator[str]:
    """Yield what directs the AWS CLI to another partition than `aws`: a region in it."""
    if case.partition not in ("", AWS):
        own = case.region and of_region(case.region) == case.partition
        region = shlex.quote(case.region if own else REGIONS[case.partition])
        yield f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}"
