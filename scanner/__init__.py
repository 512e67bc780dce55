"""keycatch finds AWS credentials before they reach git, and in what git already stores."""

from __future__ import annotations

from scanner.about import VERSION as __version__  # noqa: N811 -- the customary name

__all__ = ["__version__"]
