"""Walking the delta trees of a pack, so that each object is resolved once.

A root is inflated, then each delta on it is applied, and the deltas on those, depth first. The
content of an object is kept until all deltas on it have been applied. If that would take more
memory than allowed, the contents nearest to the root are dropped, and resolved again when needed.

The walk is compiled (`scanner/kernel/walk.c`) where there is a compiler. What is here is the
reference, and does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.git import delta
from scanner.git.delta import LARGEST, apply
from scanner.git.inflate import crc32, decompressobj
from scanner.git.pack_index import PackError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import TypeAlias

    from scanner.git.pack import Pack

    Resolved: TypeAlias = tuple[int, int, bytes, bytes | None]
    """An entry, the one that it is a delta on (negative for a whole object), its content, and the
    delta that made it (None for a whole object). Only for annotations."""


class _Waiting:
    """A base whose deltas from `child` on have still to be applied; `data` is None once dropped."""

    __slots__ = ("base", "child", "data")

    def __init__(self, base: int, data: bytes, child: int) -> None:
        self.base = base
        self.data: bytes | None = data
        self.child = child


def walk(
    pack: Pack, roots: Iterable[int], memory: int, unread: Callable[[int, str], None]
) -> Iterator[Resolved]:
    """Yield the contents of the `roots` and of everything that is based on them, bases first.

    Bases that wait for their deltas take up to about `memory` bytes. `unread` is called with each
    entry that cannot be read and the reason, and with every entry that is based on it.
    """
    if delta.packs is None:
        return walk_in_python(pack, roots, memory, unread)

    def give_up(entry: int, error: PackError) -> None:
        _give_up(pack, entry, str(error), unread)

    prove = pack.prove if pack.unproved else None
    walked: Iterator[Resolved] = delta.packs.Walk(
        *pack.columns(), pack.damaged, list(roots), memory, LARGEST, PackError,
        (crc32, decompressobj, pack.inflater(), apply, pack.resolve, prove, give_up),
        pack.has_ends,
    )  # fmt: skip
    return walked


def walk_in_python(
    pack: Pack, roots: Iterable[int], memory: int, unread: Callable[[int, str], None]
) -> Iterator[Resolved]:
    """Do what `walk` does, not compiled.

    Deltas that are put on an entry while it is the one that was yielded last are walked as well.
    """
    children, siblings, inflate = pack.children_of, pack.next_to, pack.inflater()
    unproved = pack.unproved
    for root in roots:
        try:
            data = inflate(root)
            if unproved:
                pack.prove(root, data)
        except PackError as error:
            _give_up(pack, root, str(error), unread)
            continue

        yield root, -1, data, None
        child = children[root]
        if child < 0:
            continue

        stack = [_Waiting(root, data, child)]
        held = len(data)
        while stack:
            top = stack[-1]
            child = top.child
            base = top.data
            if base is None:
                try:
                    base = top.data = pack.resolve(top.base)
                except PackError as error:  # it was read before, so the file has changed meanwhile
                    while child >= 0:
                        _give_up(pack, child, str(error), unread)
                        child = siblings[child]
                    stack.pop()
                    continue

                held += len(base)

            top.child = siblings[child]
            if top.child < 0:  # this is the last delta on it, so its content is not kept any longer
                held -= len(base)
                stack.pop()

            try:
                changes = inflate(child)
                data = apply(base, changes)
                if unproved:
                    pack.prove(child, data)
            except PackError as error:
                _give_up(pack, child, str(error), unread)
                continue

            yield child, top.base, data, changes
            following = children[child]
            if following >= 0:
                stack.append(_Waiting(child, data, following))
                held += len(data)
                if held > memory:
                    held = _let_go(stack, held, memory)


def _let_go(stack: list[_Waiting], held: int, memory: int) -> int:
    for waiting in stack[:-1]:
        if held <= memory:
            break
        if waiting.data is not None:
            held -= len(waiting.data)
            waiting.data = None
    return held


def _give_up(pack: Pack, entry: int, reason: str, unread: Callable[[int, str], None]) -> None:
    pending = [entry]
    while pending:
        entry = pending.pop()
        unread(entry, reason)
        pending += pack.children(entry)


def leads_beyond(pack: Pack, root: int, entries: Collection[int]) -> bool:
    """Return whether a walk from `root` comes to anything that is not among `entries`."""
    pending = [root]
    while pending:
        entry = pending.pop()
        if entry not in entries:
            return True
        pending += pack.children(entry)
    return False


def out_of_reach(pack: Pack) -> list[int]:
    """Return the entries that no walk from the roots of the pack comes to.

    These are the entries that are damaged themselves, and the deltas on them.
    """
    if not pack.damaged:
        return []
    reached = bytearray(pack.number)
    pending = pack.roots()
    while pending:
        entry = pending.pop()
        reached[entry] = 1
        pending += pack.children(entry)
    return [entry for entry in range(pack.number) if not reached[entry]]
