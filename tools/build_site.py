"""Build the documentation site from docs/ and the pages at the root of the repository.

    python tools/build_site.py DIRECTORY

DIRECTORY must not exist or be empty, and is outside of the repository or ignored by git. Zensical
makes the pages (`pip install -e '.[docs]'`). It is the successor of Material for MkDocs by the same
people: MkDocs 1 is no longer maintained, and Material for MkDocs gets only fixes.

The pages are written for GitHub too. So this program copies them to a temporary directory, gives
them the places that they have on the site, and rewrites the links between them. It fails if

- a page is in no place of the navigation, or a link leads to a file that is not on the site;
- Zensical warns of anything, such as a link or an anchor that does not exist (`--strict`);
- a link or an anchor of the HTML that was written leads nowhere;
- a page would load anything from another host: a reader's address is nobody's business;
- a page has other headings, lists, tables or blocks than on GitHub, where the two read Markdown
  differently.

Exit code: 0 if the site is complete, 1 if not.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import site_navigation  # noqa: E402
from site_check import problems  # noqa: E402

CONFIGURATION: Final = ROOT / "tools" / "site" / "zensical.toml"
MOVED: Final = {
    "README.md": "index.md",
    "docs/README.md": "pages.md",
    "docs/ci/README.md": "ci/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license.md",
    "rules/README.md": "rule-files.md",
}
"""Where a file is on the site, if it is not where it is below docs/."""

SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; worker-src 'self' blob:; object-src 'none'"
)
"""What a browser lets the pages do: load from the site itself, so that no reader is followed."""

FENCED: Final = re.compile(r"(?ms)^( *)```.*?^\1```\n?")
LINK: Final = re.compile(r"(\]\()([^)\s]+)(\))")
NAMED: Final = re.compile(r"\[(?:[\w-]+/)*[\w-]+\.md\]\(([^)#\s]+\.md)(?=[)#])")
"""A link whose text is the name of a file, which the site shows by its title."""
LIGHT: Final = re.compile(r"(?m)^(!\[[^\]]*\]\()([^)\s]+)-light\.png\)$")
"""A picture of which there is one for dark pages as well."""


class SiteError(Exception):
    """The site cannot be built as it should be."""


def sources() -> dict[str, str]:
    """Return every file of the site: its path in the repository to its path on the site."""
    found = {}
    for path in sorted((ROOT / "docs").rglob("*")):
        if path.is_file():
            found[path.relative_to(ROOT).as_posix()] = path.relative_to(ROOT / "docs").as_posix()
    return found | MOVED


def rewritten(name: str, text: str, places: dict[str, str]) -> str:
    """Return the page `name` with links that lead to the places on the site."""
    here = PurePosixPath(places[name]).parent

    def replace(match: re.Match[str]) -> str:
        target, hash_, anchor = match[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = os.path.normpath(PurePosixPath(name).parent / target)
        if path not in places:
            raise SiteError(f"{name}: {match[2]} is not on the site")
        relative = os.path.relpath(places[path], here).replace(os.sep, "/")
        return f"{match[1]}{relative}{hash_}{anchor}{match[3]}"

    def entitle(match: re.Match[str]) -> str:
        path = ROOT / os.path.normpath(PurePosixPath(name).parent / match[1])
        return f"[{title_of(path)}]({match[1]}"

    pieces, end = [], 0
    for fence in FENCED.finditer(text):
        pieces += [LINK.sub(replace, NAMED.sub(entitle, text[end : fence.start()])), fence[0]]
        end = fence.end()
    made = "".join([*pieces, LINK.sub(replace, NAMED.sub(entitle, text[end:]))])
    return LIGHT.sub(r"\1\2-light.png#only-light)\n\1\2-dark.png#only-dark)", made)


def title_of(path: Path) -> str:
    """Return the first heading of a page, or its name if it has none or does not exist."""
    found = re.search(r"(?m)^# (.+)$", path.read_text("utf-8")) if path.is_file() else None
    return found[1] if found else path.name


def stage(target: Path) -> None:
    """Write the configuration and the pages, as Zensical takes them, to `target`."""
    places = sources()
    for name, place in places.items():
        path = target / "docs" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "LICENSE":
            path.write_text(
                f"# License\n\n```text\n{(ROOT / name).read_text('utf-8')}```\n", "utf-8"
            )
        elif name.endswith(".md"):
            path.write_text(rewritten(name, (ROOT / name).read_text("utf-8"), places), "utf-8")
        else:
            shutil.copyfile(ROOT / name, path)
    for asset in ("commands.js", "site.css"):
        shutil.copyfile(CONFIGURATION.with_name(asset), target / "docs" / asset)
    (target / "docs" / "rules" / "index.md").write_text(site_navigation.rules_overview(), "utf-8")

    entries = site_navigation.navigation()
    missing = {place for place in places.values() if place.endswith(".md")} - {
        *site_navigation.pages_of(entries)
    }
    if missing:
        raise SiteError(f"in no place of the navigation: {', '.join(sorted(missing))}")
    configuration = CONFIGURATION.read_text("utf-8")
    if configuration.count("\nnav = []\n") != 1:
        raise SiteError(f"{CONFIGURATION.name} has no line `nav = []`")
    configuration = configuration.replace(
        "\nnav = []\n", f"\nnav = {site_navigation.as_toml(entries)}\n"
    )
    (target / "zensical.toml").write_text(configuration, "utf-8")


def build(target: Path, work: Path) -> list[str]:
    """Build the site into `target`; return what is wrong with it."""
    stage(work)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    done = subprocess.run(
        command, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [f"zensical: {(done.stdout + done.stderr).strip()}"]
    shutil.copytree(work / "site", target, dirs_exist_ok=True)
    for path in target.rglob("*.html"):
        policy = f'<meta http-equiv="Content-Security-Policy" content="{SECURITY_POLICY}">'
        made = path.read_text("utf-8").replace("<head>", f"<head>{policy}", 1)
        path.write_text(made, "utf-8")
    return list(problems(target, work / "docs"))


def main(arguments: list[str] | None = None) -> int:
    """Build the site into the directory that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path, metavar="DIRECTORY")
    target = parser.parse_args(arguments).directory
    if target.exists() and any(target.iterdir()):
        parser.error(f"{target} is not empty")

    try:
        with tempfile.TemporaryDirectory() as work:
            found = build(target, Path(work))
    except SiteError as error:
        found = [str(error)]
    for problem in found:
        print(problem)
    pages = len(list(target.rglob("*.html"))) if target.exists() else 0
    print(f"{pages} pages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
