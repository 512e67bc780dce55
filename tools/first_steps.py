"""Run the commands of the pages in docs/first-steps, and write what they print into the pages.

    python tools/first_steps.py [--check] [NAME...]

A page is a transcript. In its blocks of the language `console` a line that begins with `$ ` is a
command, `> ` continues it, and the lines after it are what it prints. The commands of a page run in
one shell, in order, in a home directory that has what the page assumes (SCENES). Without --check
the output is written back into the page; with it, pages that differ are named. A line `...` in a
page stands for any number of lines and is kept as long as the lines around it are printed.

The commands that create the virtual environment and install keycatch into it need pip and packages.
They are left out, and the environment has this checkout and the packages of this Python, unless
KEYCATCH_WHEELHOUSE names a directory with wheels.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import string
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ROOT / "docs" / "first-steps"
BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SEPARATOR: Final = "\x1e"
"""Between the outputs of two commands: the record separator of ASCII, which no command prints."""
SHOWN_HOME: Final = "/home/me"
INSTALLATION_STEPS: Final = 4
"""Commands at the beginning of the first page: they install keycatch, also for the other pages."""
TIMEOUT: Final = 300.0
"""Seconds for all commands of a page. With a real installation they take 20 on a slow machine."""
TIME_PASSES: Final = re.compile(r"\d+(?= days(?:,\s+since|,\s+but))")
"""What differs from one day to the next: the age of a credential that is still in HEAD."""
INSTALLS: Final = re.compile(r"-m venv |/pip install ")
"""Commands that are left out where there are no wheels."""


class Step(NamedTuple):
    """One command of a page and what the page says that it prints."""

    command: str
    shown: str


def blocks(page: str) -> Iterator[tuple[re.Match[str], list[Step]]]:
    """Yield each transcript of a page with its steps."""
    for match in BLOCK.finditer(page):
        steps: list[Step] = []
        for line in match[1].splitlines():
            if line.startswith("$ "):
                steps.append(Step(line[2:], ""))
            elif not steps:
                raise ValueError(f"a transcript does not begin with a command: {line}")
            elif line.startswith("> ") and not steps[-1].shown:
                steps[-1] = Step(f"{steps[-1].command}\n{line[2:]}", "")
            else:
                steps[-1] = Step(steps[-1].command, f"{steps[-1].shown}{line}\n")
        yield match, steps


def steps_of(page: str) -> list[Step]:
    """Return the steps of all transcripts of a page, in order."""
    return [step for _, steps in blocks(page) for step in steps]


def rewritten(page: str, outputs: list[str]) -> str:
    """Return the page with `outputs`, one for each of its steps."""
    remaining = iter(outputs)
    pieces, end = [], 0
    for match, steps in blocks(page):
        pieces += [page[end : match.start(1)]]
        for step in steps:
            output = next(remaining)
            kept = step.shown if agrees(step.shown, output) else output
            pieces += ["$ ", step.command.replace("\n", "\n> "), "\n", kept]
        end = match.end(1)
    return "".join([*pieces, page[end:]])


def read(name: str) -> str:
    """Return the text of a page."""
    return (PAGES / f"{name}.md").read_text("utf-8")


def agrees(shown: str, printed: str) -> bool:
    """Return whether a page shows what was printed; a line `...` is any number of lines."""
    parts = [re.escape(TIME_PASSES.sub("N", part)) for part in re.split(r"(?m)^\.\.\.\n", shown)]
    return re.fullmatch("(?s:.*)".join(parts), TIME_PASSES.sub("N", printed)) is not None


# What is there before the first command


class Scene:
    """A home directory with git, and with keycatch on its PATH."""

    def __init__(self, home: Path, *, colour: bool = False) -> None:
        """Make the directory; with `colour` commands print as on a terminal with colours."""
        self.home = home.resolve()
        self.installs = bool(os.environ.get("KEYCATCH_WHEELHOUSE"))
        self._random = random.Random(20261128)

        self.home.mkdir(parents=True)
        if not self.installs:
            make_environment(self.home / ".keycatch")
        programs = self.home / ".local" / "bin"
        self.environment = {
            "PATH": f"{programs}{os.pathsep}{os.defpath}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "GIT_CONFIG_NOSYSTEM": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "TMPDIR": str(self.home / ".tmp"), "COLUMNS": "100",
        }  # fmt: skip
        (self.home / ".tmp").mkdir()
        if colour:
            self.environment["FORCE_COLOR"] = "1"
        if self.installs:
            wheels = str(Path(os.environ["KEYCATCH_WHEELHOUSE"]).resolve())
            self.environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels}
        for name, value in (
            ("user.name", "Ann"), ("user.email", "ann@example.com"),
            ("init.defaultBranch", "main"), ("advice.detachedHead", "false"),
        ):  # fmt: skip
            self.git(".", "config", "--global", name, value)

    def runs(self, command: str) -> bool:
        """Return whether a command is run here."""
        return self.installs or not INSTALLS.search(command)

    def git(self, where: str, *arguments: str, day: str = "2026-05-04") -> None:
        """Run git in a directory of the scene, as if on the given day."""
        date = f"{day}T10:00:00Z"
        environment = {**self.environment, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        subprocess.run(
            ["git", *arguments], cwd=self.home / where, env=environment, check=True,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip

    def commit(self, where: str, day: str, message: str, **files: str) -> None:
        """Commit files, whose names have `__` for a slash and `_` for a full stop."""
        for name, content in files.items():
            path = self.home / where / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        self.git(where, "add", "--all")
        self.git(where, "commit", "-q", "-m", message, day=day)

    def key_pair(self) -> tuple[str, str]:
        """Return an access key ID and a secret access key that nobody has."""
        body = self._random.choices(string.ascii_uppercase + "234567", k=15)
        key_id = "".join(("AK", "IA", self._random.choice("QRSTUVWXYZ"), *body))
        secret = self._random.choices(string.ascii_letters + string.digits, k=40)
        return key_id, "".join(secret)

    def repository(self, where: str, day: str = "2026-05-04") -> None:
        """Make a repository with one commit."""
        self.git(".", "init", "-q", where)
        self.git(where, "symbolic-ref", "HEAD", "refs/heads/main")  # git 2.25: no --initial-branch
        self.commit(where, day, "Begin", README_md=f"# {Path(where).name}\n")


def make_environment(target: Path) -> None:
    """Make a virtual environment that has this checkout and the packages of this Python."""
    venv.create(target, symlinks=True)
    (packages,) = target.glob("lib/python*/site-packages")
    (packages / "checkout.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    program = target / "bin" / "keycatch"
    program.write_text(
        f"#!{target}/bin/python\nimport sys\nfrom scanner.commands import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)


def developer(scene: Scene) -> None:
    """Have a project, and next to it the clone that keycatch is installed from."""
    scene.repository("shop")
    if scene.installs:
        copy_checkout(scene.home / "keycatch")


def installed(scene: Scene) -> None:
    """Have what the first page ends with: keycatch on the PATH."""
    if scene.installs:
        copy_checkout(scene.home / "keycatch")
    steps = steps_of(read("developer"))
    commands = [step.command for step in steps[:INSTALLATION_STEPS]]
    subprocess.run(
        ["bash", "-e", "-c", "\n".join(command for command in commands if scene.runs(command))],
        cwd=scene.home, env=scene.environment, stdin=subprocess.DEVNULL, check=True,
        capture_output=True,
    )  # fmt: skip


def ci(scene: Scene) -> None:
    """Have a project with 300 old keys in its files."""
    installed(scene)
    scene.repository("shop")
    files = {}
    for number in range(300):
        key_id, secret = scene.key_pair()
        name = f"services__service-{number % 20:02}__settings-{number // 20:02}_ini"
        files[name] = f"aws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    scene.commit("shop", "2026-05-05", "Add the services", **files)


def responder(scene: Scene) -> None:
    """Have three clones: a key in HEAD, one that was removed too late, and none."""
    installed(scene)
    for name in ("billing", "shop", "website"):
        scene.repository(f"server/{name}")
    key_id, secret = scene.key_pair()
    deploy = f"export AWS_ACCESS_KEY_ID={key_id}\nexport AWS_SECRET_ACCESS_KEY={secret}\n"
    scene.commit("server/billing", "2026-06-01", "Deploy from a script", deploy_sh=deploy)
    key_id, secret = scene.key_pair()
    settings = f'KEY_ID = "{key_id}"\nSECRET_KEY = "{secret}"\n'
    scene.commit("server/shop", "2026-07-01", "Add the settings", app__settings_py=settings)
    settings = 'KEY_ID = os.environ["KEY_ID"]\nSECRET_KEY = os.environ["SECRET_KEY"]\n'
    scene.commit("server/shop", "2026-07-03", "Take the keys out", app__settings_py=settings)
    for name in ("billing", "shop", "website"):
        scene.git(".", "clone", "-q", f"server/{name}", f"clones/{name}")


SCENES: Final[dict[str, Callable[[Scene], None]]] = {
    "developer": developer,
    "ci": ci,
    "responder": responder,
}


def copy_checkout(target: Path) -> None:
    """Copy the files of this checkout that git tracks or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


# Running


def play(name: str, scene: Scene) -> list[str]:
    """Run the commands of a page in its scene; return what each printed, as the page shows it."""
    SCENES[name](scene)
    steps = steps_of(read(name))
    script = []
    for step in steps:
        if scene.runs(step.command):
            script.append(step.command)
        # `$?` is still that of the command when the next one asks for it.
        script.append(f"status=$?; printf '{SEPARATOR}'; (exit $status)")

    dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-11-02T10:00:00Z")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", "\n".join(script)],
        cwd=scene.home, env={**scene.environment, **dates}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    printed = done.stdout.decode("utf-8").replace(str(scene.home), SHOWN_HOME)
    outputs = printed.split(SEPARATOR)[:-1]
    if len(outputs) != len(steps):
        raise RuntimeError(f"{name}: {len(outputs)} of {len(steps)} commands ran:\n{printed}")
    return outputs


def run(name: str) -> list[str]:
    """Run a page in a home directory of its own, which is removed again."""
    with tempfile.TemporaryDirectory() as temporary:
        return play(name, Scene(Path(temporary, "home")))


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCENES))
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page differs")
    options = parser.parse_args(arguments)

    unknown = [name for name in options.names if name not in SCENES]
    if unknown:
        parser.error(f"no such page: {unknown[0]}")

    different = 0
    for name in options.names or SCENES:
        path = PAGES / f"{name}.md"
        page = path.read_text("utf-8")
        made = rewritten(page, run(name))
        if made == page:
            continue
        different += 1
        print(f"{path.relative_to(ROOT)}: {'differs' if options.check else 'written'}")
        if not options.check:
            path.write_text(made, encoding="utf-8")
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
