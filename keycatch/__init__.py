"""Finds AWS credentials in bytes, files and directories: the Python API of keycatch.

    report = keycatch.scan(b"...")
    for finding in report.findings: ...

docs/api.md describes it and what is kept from version to version. Nothing else in this distribution
is for other programs to import. The command starts by importing this module, before its import path
is safe, so it imports nothing until a name is asked for.
"""

TYPE_CHECKING = False  # as type checkers know it; `typing` itself would have to be imported
if TYPE_CHECKING:
    from keycatch.api import (
        Confidence,
        Finding,
        KeycatchError,
        Location,
        NotRead,
        Report,
        Severity,
        __version__,
        scan,
    )

__all__ = [
    "Confidence",
    "Finding",
    "KeycatchError",
    "Location",
    "NotRead",
    "Report",
    "Severity",
    "__version__",
    "scan",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keycatch import api

    value: object = getattr(api, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
