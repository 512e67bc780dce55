"""Builds what is compiled (`scanner/kernel`) with the package, where there is a compiler.

Without one, or without the headers of Python, the package is the same in Python alone: slower, with
the same results. `KEYCATCH_PURE=1` in the environment of the build leaves the extensions out, for a
wheel that every platform can install; `KEYCATCH_PURE=0` makes a failure an error.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from shutil import move, rmtree
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = "scanner/kernel"
EXTENSIONS = {
    "anchors": ("anchors.c", "files.c"),
    "packs": (
        "packs.c",
        "batch.c",
        "commits.c",
        "deltas.c",
        "feed.c",
        "heads.c",
        "trees.c",
        "walk.c",
    ),
}
"""The sources of each extension. The hook before a commit loads the first one only."""
LIMITED_API = "0x030B0000"
"""That of Python 3.11: one extension serves every later version on the same platform."""
WISH = "KEYCATCH_PURE"


class CustomBuildHook(BuildHookInterface[Any]):
    """Compiles the extensions and puts them into the wheel, or next to their sources."""

    _directory: Path | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extensions; `version` is `editable` for `pip install -e`."""
        wish = os.environ.get(WISH, "")
        if wish not in ("", "0") or self.target_name != "wheel":
            return

        self._directory = Path(mkdtemp(prefix="keycatch-build-"))
        built = _compile(Path(self.root), self._directory)
        if not built:
            if wish == "0":
                rmtree(self._directory)  # `finalize` is not called then
                raise RuntimeError(f"{KERNEL} could not be compiled, and {WISH}=0 asks for it")
            self.app.display_warning(f"{KERNEL} is left out: it could not be compiled")
            return

        for each in built:
            name = f"{KERNEL}/{each.name}"
            if version == "editable":
                target = Path(self.root, name)
                target.unlink(missing_ok=True)  # it may be in use: a new file, not new content
                move(each, target)
            else:
                build_data["force_include"][str(each)] = name
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"cp311-abi3-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was built."""
        del version, build_data, artifact_path
        if self._directory:
            rmtree(self._directory)


def _compile(root: Path, directory: Path) -> list[Path]:
    """Return the extensions, built below `directory`; none where that is not possible."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return []  # neither has the limited API of 3.11
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    # No debugging information: it would hold paths of this machine, and two builds would differ.
    flags = [] if os.name == "nt" else ["-O3", "-g0"]
    extensions = [
        Extension(
            f"scanner.kernel.{name}",
            [f"{KERNEL}/{source}" for source in sources],
            define_macros=[("Py_LIMITED_API", LIMITED_API)],
            extra_compile_args=flags,
            py_limited_api=True,
        )
        for name, sources in EXTENSIONS.items()
    ]
    before = Path.cwd()
    os.chdir(root)  # the paths of sources are relative, so that they are the same on each machine
    try:
        command = build_ext(Distribution({"name": "keycatch", "ext_modules": extensions}))
        command.build_lib, command.build_temp = str(directory / "lib"), str(directory / "temp")
        command.ensure_finalized()
        command.run()
        return [Path(command.get_ext_fullpath(each.name)).absolute() for each in extensions]
    except Exception as error:  # noqa: BLE001 -- any reason at all leaves the extensions out
        print(f"{KERNEL}: {error}", file=sys.stderr)
        return []
    finally:
        os.chdir(before)
