"""What many tests need: values to plant, git repositories, and the command in its own process."""

from __future__ import annotations

import atexit
import io
import json
import os
import random
import shutil
import signal
import string
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from scanner.commands import main

pytest_plugins = ("git_server",)

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The same examples on every run and on every machine, however slow: a check that fails has to fail
# for whoever looks into it. `--hypothesis-profile=default` searches further afield.
#
# Since they are the same, more of them would find something only once: they are half of those that
# Hypothesis takes by itself, which makes the whole suite a tenth faster.
settings.register_profile(
    "keycatch",
    max_examples=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# Twenty times as many examples, for a search over night: `--hypothesis-profile=long`. A test where
# that is too many or too few counts them as a share of the profile's, `settings().max_examples`.
settings.register_profile("long", settings.get_profile("keycatch"), max_examples=1000)
settings.load_profile("keycatch")

# Reports in the tests of a job must not end up on the page of that job.
os.environ.pop("GITHUB_STEP_SUMMARY", None)

# Nor may it matter how the tests were started: in the background of a script an interrupt is
# ignored, under nohup a hangup, and a process passes that on to those that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int | None:
    """Return how many processes run the tests, with `--numprocesses=auto`.

    More than there are processors, since tests wait for servers, for git and for time limits in a
    fifth of their time: three on two processors take 13 % less time than two.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # as the documentation of pytest-xdist has it
    processors = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    return (processors or 1) + ((processors or 1) + 1) // 2


class Planter:
    """Makes values that look like credentials and never were."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def key_id(self) -> str:
        body = self._random.choices(string.ascii_uppercase + "234567", k=15)
        return "AKIA" + self._random.choice("QRSTUVWXYZ") + "".join(body)

    def secret(self) -> str:
        alphabet = string.ascii_letters + string.digits + "+/"
        return "".join(self._random.choices(alphabet, k=40))

    def pair(self) -> str:
        """Return the lines of a credentials file: a finding of high confidence."""
        return f"aws_access_key_id = {self.key_id()}\naws_secret_access_key = {self.secret()}\n"


@pytest.fixture
def plant() -> Planter:
    return Planter()


class Done(NamedTuple):
    """How a run of the command ended."""

    returncode: int
    stdout: str
    stderr: str

    def report(self) -> dict[str, Any]:
        """Return the report in JSON."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    def places(self) -> set[tuple[str, int, int]]:
        """Return (path, line, column) of every location in the JSON report."""
        return {
            (place["path"], place["start_line"], place["start_column"])
            for finding in self.report()["findings"]
            for place in finding["locations"]
        }

    def paths(self) -> set[str]:
        """Return the paths in the JSON report."""
        return {path for path, _, _ in self.places()}


CONFIGURATION = """\
[user]
	name = Test
	email = test@example.com
[maintenance]
	auto = false
"""
"""Who commits, and that no commit starts another process that looks for something to tidy up."""


@cache
def _new_repository() -> Path:
    """Return what `git init` makes, to be copied: a process takes ten times as long."""
    folder = Path(tempfile.mkdtemp(prefix="keycatch-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q", folder], env=environment, check=True)

    for sample in (folder / ".git" / "hooks").iterdir():
        sample.unlink()
    with (folder / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(CONFIGURATION)
    return folder / ".git"


def _variables() -> set[str]:
    """Return the variables that change what `git init` makes."""
    return {name for name in os.environ if name.startswith("GIT_")} - {"GIT_CONFIG_NOSYSTEM"}


class Repository:
    """A git repository whose user and configuration are the test's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        if (root / ".git").exists() or _variables():
            self.git("init", "-q")
            self.git("config", "user.name", "Test")
            self.git("config", "user.email", "test@example.com")
        else:
            shutil.copytree(_new_repository(), root / ".git")

    def git(self, *arguments: str | bytes, check: bool = True) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def write(self, name: str, content: str | bytes = "text\n") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(content) if isinstance(content, str) else content)
        return path

    def commit(self, *names: str) -> None:
        for name in names:
            self.write(name)
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "-m", "change")


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Hide the configuration and the terminal settings of whoever runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "PYTHON", "CLICOLOR")):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture
def make_repository(clean_environment: Path, tmp_path: Path) -> Callable[..., Repository]:
    def make(name: str = "repo") -> Repository:
        return Repository(tmp_path / name)

    return make


@pytest.fixture
def repository(make_repository: Callable[..., Repository]) -> Repository:
    return make_repository()


@pytest.fixture
def start(clean_environment: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command: `start("scan", ".", env={...}, prefix=["strace"], **Popen options)`.

    A variable that is None is taken out of the environment.
    """

    def begin(
        *arguments: str | bytes | Path,
        env: dict[str, str | None] | None = None,
        prefix: Sequence[str] = (),
        **options: Any,
    ) -> subprocess.Popen[bytes]:
        found: dict[str, str | None] = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "scanner", *arguments],
            env={name: value for name, value in found.items() if value is not None},
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )

    return begin


@pytest.fixture
def keycatch_process(start: Callable[..., subprocess.Popen[bytes]]) -> Callable[..., Done]:
    """Run the command to its end, with the options of `start`; a traceback fails the test.

    `given` is what it finds on standard input.
    """

    def run(*arguments: Any, given: bytes | None = None, **options: Any) -> Done:
        if given is not None:
            options["stdin"] = subprocess.PIPE
        with start(*arguments, **options) as process:
            try:
                pieces = process.communicate(given, timeout=120)
            except BaseException:
                process.kill()
                raise
        texts = [(piece or b"").decode("utf-8", "surrogateescape") for piece in pieces]
        assert "Traceback" not in texts[1], texts[1]
        return Done(process.returncode, *texts)

    return run


_OF_A_PROCESS = ("PATH", "PYTHON", "LANG", "LC_", "KEYCATCH_PURE")
"""How variables begin that are read once: where git is, how Python starts, which search runs."""


@pytest.fixture
def keycatch(
    keycatch_process: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Run the command like `keycatch_process`, but in this process, to save the start of Python.

    With an option or a variable that only a process can have, such as `prefix` or PATH, it is one.
    A test of anything else that only a process has takes `keycatch_process`: its environment, its
    standard streams, and whether something comes out of it.
    """

    def run(
        *arguments: Any,
        env: dict[str, str | None] | None = None,
        cwd: Any = None,
        given: bytes | None = None,
        **options: Any,
    ) -> Done:
        if options or any(name.startswith(_OF_A_PROCESS) for name in env or {}):
            return keycatch_process(*arguments, env=env, cwd=cwd, given=given, **options)
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        # A file, since a reader may ask for its descriptor.
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as stdin,
            monkeypatch.context() as patch,
        ):
            stdin.buffer.write(given or b"")
            stdin.seek(0)
            for name, value in (env or {}).items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            patch.setattr(sys, "stdin", stdin)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code: Any
            try:
                code = main([str(each) for each in arguments])
            except SystemExit as end:
                code = end.code
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("utf-8", "surrogateescape"))
        assert "Traceback" not in texts[1], texts[1]
        return Done(code, *texts)

    return run


@pytest.fixture
def unprivileged(tmp_path: Path) -> list[str]:
    """Return what to put before a command so that permissions bind it, even if we are root."""
    if os.name == "nt":
        pytest.skip("permissions work in another way")
    locked = tmp_path / "locked-for-a-probe"
    locked.touch(mode=0)
    capabilities = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"]
    for prefix in ([], capabilities):
        if shutil.which((*prefix, "cat")[0]):
            done = subprocess.run([*prefix, "cat", locked], capture_output=True, check=False)
            if b"ermission denied" in done.stderr:
                return prefix
    pytest.skip("root, and no setpriv that can take root's privileges away")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return a running browser; fails, and never skips, where there is none."""
    path = os.environ.get("KEYCATCH_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUM)), None
    )
    if path is None:
        pytest.fail(
            "there is no Chromium: install the package chromium, or name one in KEYCATCH_CHROMIUM"
        )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("there is no playwright: pip install -e '.[browser]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
