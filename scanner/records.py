"""`NamedTuple` without the part of its start that nobody here uses.

`typing.NamedTuple` compiles the annotation of each field, and `collections.namedtuple` a
constructor for each class. A scan defines 30 classes with 200 fields and makes records of a third
of them: both together take 25 of 200 million instructions (`python -m bench scan --sections
startup`). The classes made here are the same, but their annotations stay the text that they are in
the module, and the constructor of a class is compiled when a few records were made.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it: `typing` itself takes 15 million
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter as field_getter  # what `namedtuple` uses on every Python

    class _Meta(type):
        """Turns the body of a class into a class like one of `collections.namedtuple`."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)

            annotations = body.get("__annotations__")
            if annotations is None:
                raise TypeError(f"the annotations of {name} have to be text")

            fields = (*annotations,)
            defaults = {field: body[field] for field in fields if field in body}
            if (*defaults,) != fields[len(fields) - len(defaults) :]:
                raise TypeError(f"a field of {name} without a default follows one that has it")

            made = {**_METHODS, **body, "__slots__": (), "__match_args__": fields}
            made["_fields"] = fields
            made["_field_defaults"] = defaults
            for place, field in enumerate(fields):
                made[field] = field_getter(place, None)
            return type(name, (tuple,), made)

    class NamedTuple(metaclass=_Meta):
        """A tuple whose places have names: its subclasses list them with their types."""

    _made = {}
    """Records that were made of each class whose constructor is not compiled yet."""
    _FEW = 16
    """To compile a constructor takes as long as to make 30 records without it."""

    def _new(cls, /, *values, **named):
        """Return a record of the class; after a few, let a compiled constructor make all others."""
        number = _made[cls] = _made.get(cls, 0) + 1
        rest = cls._fields[len(values) :]
        if number < _FEW and len(values) <= len(cls._fields) and named.keys() <= {*rest}:
            given = {**cls._field_defaults, **named}
            if given.keys() >= {*rest}:
                return tuple.__new__(cls, (*values, *(given[field] for field in rest)))
        return _compiled(cls)(cls, *values, **named)

    def _compiled(cls):
        """Compile the constructor of the class, and return it."""
        names = ", ".join(cls._fields)
        # The names come from the body of a class, so they can be nothing but names.
        code = f"lambda _cls, {names}: _new(_cls, ({names},))"
        constructor = eval(code, {"_new": tuple.__new__, "__builtins__": {}})  # noqa: S307
        constructor.__name__ = "__new__"
        constructor.__qualname__ = f"{cls.__qualname__}.__new__"
        constructor.__defaults__ = (*cls._field_defaults.values(),)
        cls.__new__ = staticmethod(constructor)
        _made.pop(cls, None)
        return constructor

    # What follows is as in `collections.namedtuple`.
    def _make(cls, values):
        record = tuple.__new__(cls, values)
        if len(record) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(record)}")
        return record

    def _replace(self, /, **named):
        record = self._make(map(named.pop, self._fields, self))
        if named:
            raise ValueError(f"Got unexpected field names: {list(named)!r}")
        return record

    def _asdict(self):
        return dict(zip(self._fields, self, strict=True))

    def _shown(self):
        values = ", ".join(map("{}={!r}".format, self._fields, self))
        return f"{type(self).__name__}({values})"

    def _plain(self):
        return (*self,)

    _METHODS = {
        "__new__": _new,
        "_make": classmethod(_make),
        "_replace": _replace,
        "_asdict": _asdict,
        "__repr__": _shown,
        "__getnewargs__": _plain,
    }
