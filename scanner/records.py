"""`NamedTuple` without the part of its start that nobody here uses.

`typing.NamedTuple` compiles the annotation of each field. The first call of `compile` prepares the
classes of Python's syntax trees, and a scan has 200 fields: together 15 of 210 million
instructions, or 4 ms of a commit (`python -m bench scan --sections startup`). The classes made here
are the same but for that: their annotations stay the text that they are in the module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import namedtuple

    _OF_THE_CLASS = frozenset(("__module__", "__qualname__", "__annotations__"))

    class _Meta(type):
        """Turns the body of a class into a class of `collections.namedtuple` with its methods."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)

            annotations = body.get("__annotations__")
            if annotations is None:
                raise TypeError(f"the annotations of {name} have to be text")

            defaults = [body[field] for field in annotations if field in body]
            made = namedtuple(name, annotations, defaults=defaults, module=body["__module__"])
            made.__annotations__ = annotations
            for key, value in body.items():
                if key not in annotations and key not in _OF_THE_CLASS:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Meta):
        """A tuple whose places have names: its subclasses list them with their types."""
