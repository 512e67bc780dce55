"""The fuzz targets, by name. To add one: a module with a `TARGETS`, and its name below."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fuzz.interface import Target

MODULES: Final = (
    "archives", "forged_archives", "streams", "decoders", "layers", "databases", "packs", "objects",
    "rules", "configuration", "documents", "search", "reports", "events",
)  # fmt: skip


def targets() -> dict[str, Target]:
    """Return all targets by name."""
    modules = [import_module(f"fuzz.targets.{name}") for name in MODULES]
    return {target.name: target for module in modules for target in module.TARGETS}
