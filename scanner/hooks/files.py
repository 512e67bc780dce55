"""Decides what happens to each hook of a directory, writes hooks, and removes them again.

A hook that is not keycatch's is kept next to keycatch's under another name and comes back to the
byte. The caller gives an `undo` stack: leaving its block early takes everything back.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from scanner.errors import KeycatchError
from scanner.files import open_regular, write_whole
from scanner.hooks.managers import objection
from scanner.hooks.script import FRAMEWORK, KEPT, LEGACY, HookKind, kind_of
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import ExitStack


class HookError(KeycatchError):
    """A hook cannot be read or written, or is not what it has to be."""


class Hook(NamedTuple):
    """A place for a hook, and what is there."""

    path: str
    """Where keycatch's is, or is to be."""
    kept: str
    """Where the hook from before is, or is to be."""
    kind: HookKind | None
    """Who wrote the one at `path`; None for nothing."""
    content: bytes
    mode: int
    """The permissions of what is at `path`."""
    has_kept: bool

    @property
    def chains(self) -> bool:
        """Whether a hook from before is, or will be, kept next to it."""
        return self.has_kept or self.kind is HookKind.FOREIGN

    def is_current(self, content: bytes) -> bool:
        """Return whether it has `content` already and git runs it."""
        return self.content == content and os.access(self.path, os.X_OK)


def look(directory: str, name: str) -> Hook:
    """Return what is at the place of the hook called `name`; raises HookError.

    Where pre-commit or prek came later they moved keycatch's aside and run it from there: that is
    its place then.
    """
    path = os.path.join(directory, name)
    kept = path + KEPT
    found = _read(path)
    if found is not None and _is_framework(found[0]):
        moved = _read(path + LEGACY)
        if moved is not None and kind_of(moved[0]) is not HookKind.FOREIGN:
            path, found = path + LEGACY, moved

    content, mode = found or (b"", 0)
    kind = None if found is None else kind_of(content)
    return Hook(path, kept, kind, content, mode, os.path.lexists(kept))


def to_write(
    directory: str, contents: Mapping[str, bytes], *, chain: bool = True, force: bool = False
) -> list[tuple[Hook, bytes]]:
    """Return each hook in `directory` that `contents` names, with what it has to hold.

    With `chain` hooks that are there are kept and run; without, they are in the way. HookError
    names the first that has to be left alone; `force` is less strict about it.
    """
    # All are looked at before the first is written: an error has to leave everything as it was.
    found = [(look(directory, name), content) for name, content in contents.items()]

    for hook, _ in found:
        path = printable(hook.path)
        if hook.kind is HookKind.EDITED:
            raise HookError(
                f"{path} was changed since keycatch wrote it: take your lines to {path}{KEPT}, "
                f"remove {path} and install again"
            )
        if hook.kind is HookKind.FOREIGN:
            if not chain:
                raise HookError(f"{path} is not keycatch's: move it away")

            reason = objection(hook.path, hook.content, force=force)
            if reason:
                raise HookError(f"{path} {reason}")
            if hook.has_kept and not _is_copy(hook):
                raise HookError(
                    f"{path} has replaced keycatch's hook, and {printable(hook.kept)} is the "
                    "earlier one: remove one of them and install again"
                )
    return found


def to_remove(directory: str, names: Iterable[str]) -> list[Hook]:
    """Return those of the hooks `names` in `directory` that undoing has to remove.

    HookError names the first that was changed meanwhile.
    """
    found = [look(directory, name) for name in names]

    for hook in found:
        path = printable(hook.path)
        if hook.kind is HookKind.EDITED:
            raise HookError(
                f"{path} was changed since keycatch wrote it, so nothing was removed: save your "
                "lines and remove it by hand"
            )
        if hook.kind is HookKind.FOREIGN and hook.has_kept and not _is_copy(hook):
            raise HookError(
                f"{path} has replaced keycatch's hook, so nothing was removed: the earlier hook "
                f"is {printable(hook.kept)}"
            )
    return [hook for hook in found if hook.kind is HookKind.OURS or hook.has_kept]


def make_directory(path: str, undo: ExitStack) -> None:
    """Make the directory at `path` and those above it, where they are missing."""
    # os.makedirs does not say which of them it made, and undoing removes no others.
    missing = []
    while not os.path.lexists(path):
        missing.append(path)
        path = os.path.dirname(path)
    if not os.path.isdir(path):
        raise HookError(f"{printable(path)} is not a directory, so hooks cannot be written there")

    for each in reversed(missing):
        try:
            os.mkdir(each)
        except OSError as error:
            raise _failed("make", each, error) from None
        undo.callback(os.rmdir, each)


def write(hook: Hook, content: bytes, undo: ExitStack) -> None:
    """Put `content` at the place of `hook`, and keep what is not keycatch's next to it.

    At every moment there is a whole hook at the place, the old one or the new one. Raises
    HookError.
    """
    try:
        if hook.kind is HookKind.FOREIGN and hook.has_kept:
            # A copy of it is kept already: an installation was cut off, or its tool wrote it again.
            undo.callback(_put_copy, hook)
        elif hook.kind is HookKind.FOREIGN:
            _keep(hook.path, hook.kept)
            undo.callback(_put_back, hook)

        if hook.kind is HookKind.OURS:
            # Its permissions are the user's choice, but git does not run it without an x.
            _replace(hook.path, content, hook.mode | 0o111 & ~_umask())
            undo.callback(_replace, hook.path, hook.content, hook.mode)
        else:
            _replace(hook.path, content, None)
        if hook.kind is None:
            undo.callback(os.unlink, hook.path)
        usable = os.access(hook.path, os.X_OK)
    except OSError as error:
        raise _failed("write", hook.path, error) from None
    if not usable:
        # git would ignore it, with a hint at most (advice.ignoredHook).
        raise HookError(
            f"{printable(hook.path)} cannot be made executable on that file system: set "
            "core.hooksPath to a directory on another one"
        )


def remove(hook: Hook) -> bool:
    """Remove keycatch's hook; returns whether the one from before is in its place again.

    Each step leaves one of the two there, so that it can be done again after an interruption.
    """
    restore = hook.has_kept
    if restore and hook.path.endswith(LEGACY):
        # The framework's present hook is where its older one would go back to.
        kept = _read(hook.kept)
        restore = kept is None or not _is_framework(kept[0])

    try:
        if restore:
            _put_back(hook)
        else:
            os.unlink(hook.path)
            if hook.has_kept:
                os.unlink(hook.kept)
    except OSError as error:
        raise _failed("remove", hook.path, error) from None
    return restore


def remove_empty(directory: str) -> None:
    """Remove the directory if nothing is in it. Raises HookError."""
    try:
        if os.path.isdir(directory) and not os.listdir(directory):
            os.rmdir(directory)
    except OSError as error:
        raise _failed("remove", directory, error) from None


def _read(path: str) -> tuple[bytes, int] | None:
    """Return content and permissions of the file at `path`, those of its target for a link.

    None where there is nothing. Raises HookError for a directory or a device.
    """
    if not os.path.lexists(path):
        return None
    if not os.path.exists(path):
        return b"", 0  # a link to nothing, which git ignores
    if not os.path.isfile(path):
        raise HookError(f"{printable(path)} is not a file: move it away")
    try:
        with open_regular(path) as file:
            return file.read(), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except OSError as error:
        raise _failed("read", path, error) from None


def _is_framework(content: bytes) -> bool:
    return FRAMEWORK in content and kind_of(content) is HookKind.FOREIGN


def _is_copy(hook: Hook) -> bool:
    """Return whether what is at the place of `hook` is also what is kept from before.

    It is when an installation was cut off, or when a tool has written its hook once more.
    """
    links = [os.path.islink(path) for path in (hook.path, hook.kept)]
    if all(links):
        return os.readlink(hook.path) == os.readlink(hook.kept)
    return not any(links) and _read(hook.kept) == (hook.content, hook.mode)


def _replace(path: str, content: bytes, mode: int | None) -> None:
    """Write a hook with the permissions `mode`, or else with those of a new program."""
    # Durable: git runs an empty hook, as a crash can leave it, as a script that finds nothing.
    if mode is None:
        write_whole(path, [content], 0o777, durable=True)
    else:
        write_whole(path, [content], mode, exact=True, durable=True)


def _keep(path: str, kept: str) -> None:
    """Hard-link `path` to `kept`; rename it where hard links are not possible."""
    # With a link there is a hook at `path` all the time: a commit meanwhile is checked.
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if os.path.lexists(kept):
            raise
        os.rename(path, kept)


def _put_back(hook: Hook) -> None:
    os.replace(hook.kept, hook.path)
    if os.path.lexists(hook.kept):  # rename(2) does nothing for two names of one file
        os.unlink(hook.kept)


def _put_copy(hook: Hook) -> None:
    os.unlink(hook.path)
    _keep(hook.kept, hook.path)


def _umask() -> int:
    mask = os.umask(0o22)  # there is no way to ask for it but setting it
    os.umask(mask)
    return mask


def _failed(what: str, path: str, error: OSError) -> HookError:
    reason = error.strerror or str(error)
    return HookError(
        f"cannot {what} {printable(path)}: {reason}; make it writable, or set core.hooksPath to a "
        "directory that is"
    )
