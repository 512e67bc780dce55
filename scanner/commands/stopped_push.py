"""How to take credentials out of the commits of a push that a hook has stopped.

A further commit without the credential does not help: the one that adds it is published all the
same. So the commits are made again: the last one by amending it, an earlier one that stands alone
by stopping a rebase at it, and in every other case all commits from the first one on as one commit,
which works with merges and with later edits of the file. No way touches what is in the files.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from scanner.commands.outgoing_branch import HEADS, SHORT, OutgoingBranch, outgoing, paths_of
from scanner.commands.published_on import settlement
from scanner.commands.stopped_commit import MOST, below_top, is_below_top
from scanner.errors import KeycatchError
from scanner.findings import COMMIT_MESSAGE, REFERENCE_NAME, TAG_MESSAGE
from scanner.git.pathspec import pathspec, quoted
from scanner.git.work_tree import find_work_tree
from scanner.reports.interface import Remedy, Stop
from scanner.reports.wording import DIGITS, is_in_file, plural
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.commands.outgoing_branch import PushedRef
    from scanner.commands.outgoing_push import OutgoingPush
    from scanner.findings import Finding, Location
    from scanner.git.repository import Repository

_TAGS: Final = "refs/tags/"
_BRANCHES: Final = 3
"""Branches for which commands are shown: more are not pushed by hand."""

_FIRST: Final = "GIT_SEQUENCE_EDITOR='sed -i.bak \"1s/^[a-z]*/{}/\"' "
"""Marks the first commit of a rebase, as a person would do in the editor. The suffix is for BSD,
and `[a-z]*` for rebase.abbreviateCommands (git-config(1))."""
_REBASE: Final = ("git", "rebase", "--interactive", "--no-rebase-merges", "--autostash")

_AMEND: Final = "Amend the last commit, {}. The file itself stays as it is:"
_EDIT: Final = "Rebase, and amend commit {}. The last command restores the file:"
_JOIN: Final = (
    "Combine the {} from {} on into one commit, without the file. The file itself stays as it is:"
)
_JOIN_NOTHING: Final = (
    "Nothing else is in the {} from {} on: undo them. The file itself stays as it is:"
)
_MESSAGE: Final = "Write another message for commit {}; an author is changed with --author:"
_STAGED: Final = "First commit or unstage your staged changes: otherwise they become part of it."
_TAG: Final = "Delete the tag {0}, and set it again on the new commit, without the value:"
_AS_WELL: Final = "{} has the same commit. Push it separately afterwards to see what to do there."
_BY_HAND: Final = "Rewrite commit {} without the value, and push the new commit."
_NAME: Final = "Rename the branch or tag: the value is in its name, which is published as well."
_AGAIN: Final = "Then push again."


def stop_of_push(
    repository: Repository,
    refs: Sequence[PushedRef],
    push: OutgoingPush,
    findings: Sequence[Finding],
) -> Stop:
    """Return what the `findings` in a `push` stop, and how to take them out of its commits.

    What another remote has is not for this person to rewrite: what settles that comes first.
    """
    findings = [each for each in findings if not each.canary]
    settled: list[Remedy] = []
    with suppress(KeycatchError):  # the commits are told apart with git; without it, all are ours
        settled, findings = settlement(repository, push, findings)

    places = [at for each in findings for at in each.locations]
    if not places:
        return Stop("push", (*settled, Remedy(_AGAIN)) if settled else ())

    try:
        rewriting = _Rewriting(repository, findings, places)
        way_out = [*settled, *rewriting.way_out(refs, push.exclude)]
    except KeycatchError:  # what can be said without git
        way_out = [*settled, Remedy(_BY_HAND.format(_named(at.commit for at in places)))]
    return Stop("push", (*way_out, Remedy(_AGAIN)))


def _named(commits: Iterable[str]) -> str:
    names = dict.fromkeys(name[:DIGITS] for name in commits if name)
    return ", ".join(names) or "that adds it"


class _Rewriting:
    """What has to be made again."""

    def __init__(
        self, repository: Repository, findings: Sequence[Finding], places: Sequence[Location]
    ) -> None:
        self._repository = repository
        self._findings = findings
        self._places = places
        self._by_file: dict[str, set[str]] = {}
        for at in places:
            if is_in_file(at):
                self._by_file.setdefault(at.commit, set()).add(at.path)
        self._by_message = {at.commit for at in places if at.scope == COMMIT_MESSAGE}

    def way_out(self, refs: Sequence[PushedRef], exclude: Sequence[str]) -> Iterator[Remedy]:
        """Yield what to do, branch by branch, then with tags and names."""
        bad = {name for name in (*self._by_file, *self._by_message) if name}
        seen: set[str] = set()
        branches = [ref for ref in refs if not ref.name.startswith(_TAGS)]
        for ref in branches[:_BRANCHES]:
            line = outgoing(self._repository, ref, exclude)
            touched = bad.intersection(each.id for each in line.commits)
            if touched & seen:
                # The file of the branch before is in the way of a switch to this one.
                name = ref.name.removeprefix(HEADS)
                yield Remedy(
                    _AS_WELL.format(name if self._may_be_shown(name) else "Another branch")
                )
            elif touched:
                yield from self._branch(ref, line)
            seen |= touched

        if bad - seen:
            yield Remedy(_BY_HAND.format(_named(sorted(bad - seen))))
        yield from self._tags(refs)
        if any(at.scope == REFERENCE_NAME for at in self._places):
            yield Remedy(_NAME)

    def _branch(self, ref: PushedRef, line: OutgoingBranch) -> Iterator[Remedy]:
        bad = self._by_file.keys() | self._by_message
        first = next(each.id for each in line.commits if each.id in bad)
        if find_work_tree(".") is None:
            yield Remedy(_BY_HAND.format(first[:DIGITS]))
            return

        switch: tuple[str, ...] = ()
        if not line.is_current:
            branch = ref.name.removeprefix(HEADS)
            if branch == ref.name or not self._may_be_shown(branch):
                yield Remedy(_BY_HAND.format(first[:DIGITS]))
                return
            switch = (quoted(("git", "switch", branch)),)
        elif self._repository.run("diff-index", "--cached", "-z", "HEAD", what="read the index"):
            yield Remedy(_STAGED)

        touched = {each.id for each in line.commits} & bad
        if touched == {line.tip}:
            yield from self._amended(line, switch)
        elif line.is_plain and len(touched) == 1 and self._can_be_edited(line, first):
            yield from self._rebased(line, first, switch)
        else:
            yield from self._joined(line, first, switch)

    def _amended(self, line: OutgoingBranch, switch: tuple[str, ...]) -> Iterator[Remedy]:
        tip = line.tip
        name = tip[:DIGITS]
        if tip in self._by_file:
            commands = (self._take_out(line.parent(tip), tip), self._amend(line, tip))
            yield Remedy(_AMEND.format(name), (*switch, *commands))
            switch = ()
        if tip in self._by_message:
            yield Remedy(_MESSAGE.format(name), (*switch, "git commit --amend --allow-empty"))

    def _rebased(
        self, line: OutgoingBranch, commit: str, switch: tuple[str, ...]
    ) -> Iterator[Remedy]:
        name = commit[:DIGITS]
        parent = line.parent(commit)
        rebase = quoted((*_REBASE, parent or "--root"))
        if commit not in self._by_file:
            command = f"{_FIRST.format('reword')}{rebase}"
            yield Remedy(_MESSAGE.format(name), (*switch, command))
            return

        specs = self._specs(commit)
        out = ("git", "rm", "--force", "--quiet", "--", *specs)
        if parent:
            out = ("git", "restore", f"--source={parent}", "--staged", "--worktree", "--", *specs)
        commands = (
            *self._to_the_top(parent),
            f"{_FIRST.format('edit')}{rebase}",
            quoted(out),
            self._amend(line, commit),
            "git rebase --continue",
            quoted(("git", "restore", f"--source={line.tip[:SHORT]}", "--", *specs)),
        )
        yield Remedy(_EDIT.format(name), (*switch, *commands))

    def _to_the_top(self, commit: str) -> tuple[str, ...]:
        """Return the command that leaves a directory which `commit` does not have.

        Before version 2.35 git removes the directory of the shell when it goes back to `commit`,
        and no command runs there any more.
        """
        here = below_top()
        asked = ("rev-parse", "--verify", "--quiet", f"{commit}:{here}")
        if not here or (commit and self._repository.names(*asked)):
            return ()
        return ('cd "$(git rev-parse --show-toplevel)"',)

    def _joined(
        self, line: OutgoingBranch, first: str, switch: tuple[str, ...]
    ) -> Iterator[Remedy]:
        """Yield how to make one commit of all from `first` on; with merges, of the whole push."""
        begin = first if line.is_plain else line.oldest()
        names = [each.id for each in line.commits]
        number = len(names) - names.index(begin) if line.is_plain else len(names)
        files = sorted({path for own in self._by_file.values() for path in own})

        specs = [spec for spec in self._spelled(files) if self._is_in(line.tip, spec)]
        back = line.parent(begin)
        undo = ("git", "reset", "--soft", back) if back else ("git", "update-ref", "-d", "HEAD")
        commands = [*switch, quoted(undo)]
        if specs:
            out = ("git", "restore", "--staged", "--", *specs)
            if not back:
                out = ("git", "rm", "--cached", "--force", "--quiet", "--", *specs)
            commands.append(quoted(out))

        changed = {path for each in line.commits for path in paths_of(each)}
        what = plural(number, "commit")
        if changed <= set(files):
            yield Remedy(_JOIN_NOTHING.format(what, begin[:DIGITS]), tuple(commands))
            return
        # A message that has the value must not be used again.
        reuse = "" if self._by_message else f" --reuse-message={line.tip[:SHORT]}"
        yield Remedy(_JOIN.format(what, begin[:DIGITS]), (*commands, f"git commit{reuse}"))

    def _tags(self, refs: Sequence[PushedRef]) -> Iterator[Remedy]:
        bad = {at.commit for at in self._places} | {
            at.object for at in self._places if at.scope == TAG_MESSAGE
        }
        for ref in refs:
            name = ref.name.removeprefix(_TAGS)
            if name == ref.name or not self._may_be_shown(name):
                continue
            reached = {ref.tip, self._repository.resolve(ref.tip)}
            if reached & bad:
                yield Remedy(_TAG.format(name), (quoted(("git", "tag", "--delete", name)),))

    # -- parts of commands --------------------------------------------------------------------

    def _take_out(self, parent: str, commit: str) -> str:
        specs = self._specs(commit)
        if parent:
            return quoted(("git", "restore", f"--source={parent}", "--staged", "--", *specs))
        return quoted(("git", "rm", "--cached", "--force", "--quiet", "--", *specs))

    def _amend(self, line: OutgoingBranch, commit: str) -> str:
        own = next(each for each in line.commits if each.id == commit)
        # Git refuses to amend a commit so that nothing is left of it.
        empty = " --allow-empty" if paths_of(own) <= self._by_file[commit] else ""
        return f"git commit --amend --no-edit{empty}"

    def _specs(self, commit: str) -> list[str]:
        return self._spelled(sorted(self._by_file[commit]))

    def _spelled(self, files: Sequence[str]) -> list[str]:
        below = is_below_top()
        return [pathspec(path, is_below_top=below) for path in files[:MOST]]

    def _can_be_edited(self, line: OutgoingBranch, commit: str) -> bool:
        """Return whether a rebase can stop at `commit` and go on without a conflict.

        Not where a later commit, or the work tree, has other content at the same paths. A message
        that is to be changed as well needs another way to stop.
        """
        if commit not in self._by_file:
            return True
        if commit in self._by_message:
            return False

        specs = self._specs(commit)
        asked = ("rev-list", f"{commit}..{line.tip}", "--", *specs)
        edited = ("diff-files", "-z", "--", *specs)
        if self._repository.run(*asked, what="read the commits"):
            return False
        return not (line.is_current and self._repository.run(*edited, what="compare the files"))

    def _is_in(self, commit: str, spec: str) -> bool:
        """Return whether `commit` has a file that `spec` matches: git refuses to restore others."""
        asked = ("diff-tree", "-r", "-z", "--name-only", self._repository.empty_tree(), commit)
        return bool(self._repository.run(*asked, "--", spec, what="read a commit"))

    def _may_be_shown(self, name: str) -> bool:
        """Return whether a terminal may see `name`, and no value is in it."""
        values = (value.reveal() for each in self._findings for value in each.values.values())
        return printable(name) == name and not any(value in name.encode() for value in values)
