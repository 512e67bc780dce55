"""From a head and what is known of its past to a change.

Some events do not name the commit before: a new branch, a forced push, a new tag. The commits of
other remote branches cannot take its place: of two branches that are pushed at once, each would
leave out the commits that it shares with the other, and nobody would scan them. So it is one base,
the branch that changes are merged into, whose own pushes are scanned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ci.interface import CiChange, NoRange
from scanner.ci.values import base_revision, branch_ref
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE: Final = "KEYCATCH_BASE"
"""The variable with which a user names the base: a branch, a full hash or a full reference."""
_HASH: Final = re.compile(r"[0-9a-f]{40,64}")


class Built(NamedTuple):
    """What a job builds."""

    provider: str
    event: str
    head: str
    """The revision; see `CiChange` for its form."""
    head_from: str
    """The variable or field it is from; empty for HEAD."""
    branch: str
    """The name of the branch, with or without `refs/heads/`; empty for a tag."""
    depth: str
    """How to get a complete clone, as an instruction."""
    is_branch_unknown: bool = False
    """Whether it can be any branch, also the base."""

    @property
    def source(self) -> str:
        """Where the head is from, for a person."""
        return self.head_from or "the checked-out commit"


def everything(built: Built, because: str = "") -> CiChange:
    """Return all that the head reaches, where it is not known what a push added."""
    taken_from = f"{built.source}{f' ({because})' if because else ''}"
    return CiChange(built.provider, built.event, (built.head,), (), taken_from, built.depth)


def tree(built: Built, because: str = "no change to compare") -> CiChange:
    """Return the files of the head as they are, for an event that is no change."""
    taken_from = f"{built.source}, {because}"
    return CiChange(
        built.provider, built.event, (built.head,), (), taken_from, built.depth, is_tree=True
    )


def between(
    built: Built, before: tuple[str, ...], before_from: str, after_rewrite: CiChange | None = None
) -> CiChange:
    """Return what the head has and the revisions `before`, taken from `before_from`, lack.

    Raises NoRange where that is nothing by definition.
    """
    if built.head in before:
        raise NoRange(
            f"{before_from} and {built.source} name the same commit on {built.provider}, so there "
            "is nothing between them: name the commits with keycatch range, or scan the tree with "
            "keycatch scan"
        )

    remedy = built.depth
    missing = [ref for ref in before if not _HASH.fullmatch(ref)]
    if missing:
        remedy = f"{remedy}, and fetch the branch: {' && '.join(map(_fetch, missing))}"
    taken_from = f"{before_from} and {built.source}"
    return CiChange(
        built.provider, built.event, (built.head,), before, taken_from, remedy, after_rewrite
    )


def against_base(
    built: Built, environ: Mapping[str, str], default: str = "", default_from: str = ""
) -> CiChange:
    """Return what the head has and the base lacks.

    The base is what the user set in `KEYCATCH_BASE`, or the branch `default` that the CI system
    names in `default_from`. On the base branch itself that is everything. Raises NoRange without a
    base.
    """
    chosen = environ.get(BASE, "")
    value, origin = (chosen, BASE) if chosen else (default, default_from)
    if not value:
        raise NoRange(
            f"{built.provider} does not say what to compare this {built.event} with: set "
            f"the variable {BASE} to the branch that changes are merged into, such as main"
        )

    base = base_revision(value, origin)
    if built.branch and base == branch_ref(built.branch, "the branch being built"):
        return everything(built, f"{origin} is this branch itself")
    change = between(built, (base,), origin)
    if built.is_branch_unknown:
        change = change._replace(on_base=everything(built, f"{origin} has it already"))
    return change


def pushed(
    built: Built,
    before: str,
    before_from: str,
    environ: Mapping[str, str],
    default: str = "",
    default_from: str = "",
) -> CiChange:
    """Return what a push added: since `before`, or against the base where that is empty.

    After a forced push `before` may be gone; then it is the base too, if there is one.
    """
    if not before:
        return against_base(built, environ, default, default_from)

    rewritten = None
    if environ.get(BASE) or default:
        forced = built._replace(event="forced push")
        rewritten = against_base(forced, environ, default, default_from)
    return between(built, (before,), before_from, rewritten)


def _fetch(ref: str) -> str:
    """Return the command that fetches a remote-tracking branch, safe to copy into a shell."""
    from shlex import quote

    # With the reference on both sides: a clone of one branch has a refspec for that branch only,
    # and `git fetch origin main` would leave the remote-tracking branch as it is.
    branch = ref.removeprefix("refs/remotes/origin/")
    source = ref if branch == ref else f"refs/heads/{branch}"
    return f"git fetch origin {quote(f'+{source}:{ref}')}"
