"""Writes and removes hooks: each file whole or not at all, and all of them or none."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from scanner.errors import KeycatchError
from scanner.hooks.script import FRAMEWORK, KEPT, LEGACY, Kind, kind_of
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Hook(NamedTuple):
    """A place for a hook, and what is there."""

    path: str
    """Where keycatch's is, or is to be."""
    kept: str
    """Where the hook from before is, or is to be."""
    kind: Kind | None
    """What is at `path`; None for nothing."""
    content: bytes
    mode: int
    """The permissions of what is at `path`."""
    has_kept: bool


class HookError(KeycatchError):
    """A hook cannot be read or written, or is not what it has to be."""


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
        if moved is not None and kind_of(moved[0]) is not Kind.FOREIGN:
            path, found = path + LEGACY, moved
    content, mode = found or (b"", 0)
    kind = None if found is None else kind_of(content)
    return Hook(path, kept, kind, content, mode, os.path.lexists(kept))


def _is_framework(content: bytes) -> bool:
    return FRAMEWORK in content and kind_of(content) is Kind.FOREIGN


def _read(path: str) -> tuple[bytes, int] | None:
    """Return content and permissions of the file at `path`, those of its target for a link."""
    if not os.path.lexists(path):
        return None
    if not os.path.exists(path):
        return b"", 0  # a link to nothing, which git ignores
    if not os.path.isfile(path):
        raise HookError(f"{printable(path)} is no file: move it away")
    try:
        with open(path, "rb") as file:
            return file.read(), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except OSError as error:
        raise _failed("read", path, error) from None


class Changes:
    """Changes that are taken back, latest first, when the block that makes them ends early."""

    __slots__ = ("_undo",)

    def __init__(self) -> None:
        """Start without any change."""
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Changes:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take everything back if the block was left with an exception, and only then."""
        if kind is not None:
            while self._undo:
                self._undo.pop()()

    def undo_with(self, action: Callable[[], None]) -> None:
        """Have `action` called if the block ends early."""
        self._undo.append(action)

    def make_directory(self, path: str) -> None:
        """Make the directory at `path` and those above it, where they are missing."""
        missing = []
        while not os.path.lexists(path):
            missing.append(path)
            path = os.path.dirname(path)
        if not os.path.isdir(path):
            raise HookError(f"{printable(path)} is no directory, so hooks cannot be put there")
        for each in reversed(missing):
            try:
                os.mkdir(each)
            except OSError as error:
                raise _failed("make", each, error) from None
            self.undo_with(lambda each=each: os.rmdir(each))  # type: ignore[misc]

    def write(self, hook: Hook, content: bytes) -> None:
        """Put `content` at the place of `hook`, and keep what is not keycatch's beside it.

        At every moment there is a whole hook at the place, the old one or the new one.
        """
        old = hook.content
        try:
            if hook.kind is None:
                _replace(hook.path, content, None)
                self.undo_with(lambda: os.unlink(hook.path))
            elif hook.kind is Kind.FOREIGN and not hook.has_kept:
                _keep(hook.path, hook.kept)
                self.undo_with(lambda: _put_back(hook))
                _replace(hook.path, content, None)
            elif hook.kind is Kind.FOREIGN:
                self.undo_with(lambda: _put_copy(hook))
                _replace(hook.path, content, None)
            else:
                _replace(hook.path, content, hook.mode | 0o111 & ~_umask())
                self.undo_with(lambda: _replace(hook.path, old, hook.mode))
            usable = os.access(hook.path, os.X_OK)
        except OSError as error:
            raise _failed("write", hook.path, error) from None
        if not usable:
            # git would ignore it, with a hint at most.
            raise HookError(
                f"{printable(hook.path)} cannot be made executable on that file system: set "
                "core.hooksPath to a directory where programs can be"
            )


def is_copy(hook: Hook) -> bool:
    """Tell whether what is at the place of `hook` is also what is kept from before.

    So it is when an installation was cut off, or when a tool has written its hook once more.
    """
    links = [os.path.islink(path) for path in (hook.path, hook.kept)]
    if all(links):
        return os.readlink(hook.path) == os.readlink(hook.kept)
    return not any(links) and _read(hook.kept) == (hook.content, hook.mode)


def remove(hook: Hook) -> bool:
    """Take keycatch's hook away; returns whether the one from before is in its place again.

    Each step leaves one of the two there, so that it can be done again after an interruption.
    """
    restore = hook.has_kept
    if restore and hook.path.endswith(LEGACY):
        # The framework's hook of now stands where its older one would go back to.
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
    """Remove the directory if nothing is in it."""
    try:
        if os.path.isdir(directory) and not os.listdir(directory):
            os.rmdir(directory)
    except OSError as error:
        raise _failed("remove", directory, error) from None


def _replace(path: str, content: bytes, mode: int | None) -> None:
    """Write `content` under `path` in one step, with `mode` or as a new program."""
    temporary = os.path.join(os.path.dirname(path), f".keycatch-{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o777)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _keep(path: str, kept: str) -> None:
    """Give the file at `path` the name `kept` as well; instead, where it can have only one."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        if os.path.lexists(kept):
            raise
        os.rename(path, kept)


def _put_back(hook: Hook) -> None:
    os.replace(hook.kept, hook.path)
    if os.path.lexists(hook.kept):  # two names of one file stay as they are
        os.unlink(hook.kept)


def _put_copy(hook: Hook) -> None:
    os.unlink(hook.path)
    _keep(hook.kept, hook.path)


def _umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


def _failed(what: str, path: str, error: OSError) -> HookError:
    reason = error.strerror or str(error)
    return HookError(
        f"cannot {what} {printable(path)}: {reason}; make it writable, or set core.hooksPath to a "
        "directory that is"
    )
