"""What `keycatch doctor` looks at, one module for each topic. Nothing else loads any of it."""

from __future__ import annotations


def version_of(distribution: str) -> str:
    """Return the version of an installed `distribution`; empty where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
