"""Everything that a run writes, sends or starts, searched for what must not be in it.

Whoever runs keycatch has switched on all that could give something away: logs of every logger at
every level, the debugging of http.client, key logs of TLS, tracebacks of faults and core dumps.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"

# Written to a file, by this process and by each that it starts: what it does, with all arguments.
SITE = """\
import faulthandler, http.client, logging, os, sys
logging.basicConfig(level=1)
http.client.HTTPConnection.debuglevel = 1
faulthandler.enable()
_WATCHED = ("open", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.putenv",
            "os.rename", "os.link", "os.symlink", "os.mkdir", "socket.", "shutil.", "tempfile.",
            "winreg.", "syslog.", "mmap.")
_log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def _watch(event, arguments):
    if event.startswith(_WATCHED):
        try:
            os.write(_log, f"{event} {arguments!r}\\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass
sys.addaudithook(_watch)
os.environ["IN_THE_ENVIRONMENT"] = "a control"
logging.getLogger("control").debug("what is logged is seen")
"""


def forms(value: str) -> list[bytes]:
    """Return `value` as it could be written: plain, backwards, in hex, percent and base64."""
    plain = value.encode()
    found = [plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode()]
    escaped = quote(value, safe="").encode()
    found += [escaped, escaped.lower()]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # At each of its alignments, without the ends, which depend on what is around it.
        found += [encode(b"_" * shift + plain)[4:-4] for shift in range(3)]
    return found


def test_the_search_finds_every_form() -> None:
    value = "ab+c/defghijklmnopqrstuvwxyzABCDEFGHIJKL"
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"x" * shift + value.encode() + b"yz")
            assert any(form in text for form in forms(value))
    for text in (value, value[::-1], value.encode().hex(), quote(value, safe="")):
        assert any(form in text.encode() for form in forms(value))


class Watched:
    """Places for a run, and all that comes out of it."""

    def __init__(self, tmp_path: Path, maker: Any) -> None:
        self.work, self.home, self.temporary = (
            tmp_path / name for name in ("work", "own-home", "temporary")
        )
        site = tmp_path / "site"
        for directory in (self.work, self.home, self.temporary, site):
            directory.mkdir()
        (site / "sitecustomize.py").write_text(SITE)
        self.log = tmp_path / "events.log"
        self.given: set[Path] = set()
        self.secrets: list[str] = []
        self.tokens: list[str] = []
        for number in range(6):
            values = maker.key_id(prefix="ASIA"), maker.secret(), maker.token()
            self.secrets.append(values[1])
            self.tokens.append(values[2])
            text = "".join(f"{name}={value}\n" for name, value in zip(NAMES, values, strict=True))
            path = self.work / f"{number}.env"
            path.write_text(text)
            self.given.add(path)
        self.own = [maker.key_id(), maker.secret()]
        (self.home / ".aws").mkdir()
        for name, section in (("credentials", "default"), ("config", "profile own")):
            path = self.home / ".aws" / name
            path.write_text(
                f"[{section}]\naws_access_key_id={self.own[0]}\naws_secret_access_key={self.own[1]}\n"
                "credential_process = touch credential-process-ran\n"
                "endpoint_url = http://127.0.0.1:9/\nrole_arn = arn:aws:iam::1:role/a\n"
            )
            self.given.add(path)
        self.env = {
            "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]), "WATCH_LOG": str(self.log),
            "HOME": str(self.home), "TMPDIR": str(self.temporary), "PYTHONFAULTHANDLER": "1",
            "SSLKEYLOGFILE": str(self.temporary / "keys.log"), "BOTO_DEBUG": "1",
            "BOTOCORE_DEBUG": "1", "AWS_PROFILE": "own", "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9/", "AWS_DEBUG": "1",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9/",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/",
            "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9",
        }  # fmt: skip

    def written(self) -> list[bytes]:
        """Return the content of each file that was made or changed, and their names."""
        places = (self.work, self.home, self.temporary)
        paths = [path for place in places for path in place.rglob("*") if path not in self.given]
        names = "\n".join(map(str, paths)).encode()
        # Of the repository: what git keeps of the files themselves is not what we wrote.
        files = [path for path in paths if path.is_file() and ".git" not in path.parts]
        return [names, *(path.read_bytes() for path in files)]

    def events(self) -> str:
        return self.log.read_text("utf-8")


@pytest.fixture
def run(tmp_path: Path, maker: Any, clean_environment: Path) -> Watched:
    return Watched(tmp_path, maker)


@pytest.fixture
def talk(wire: Any, helpers: Any) -> Any:
    """A server that gives each of the answers that something could be said about."""
    turn = iter(range(10_000))

    def respond(connection: socket.socket, request: bytes) -> None:
        number = next(turn) % 6
        quoted = request.decode("latin-1").replace("&", "").replace("<", "")
        bodies = [
            helpers.identity(),
            helpers.fault("SignatureDoesNotMatch", f"The request signature we calculated {quoted}"),
            quoted.encode("latin-1"),
            helpers.fault("Throttling", quoted),
        ]
        if number == 4:
            return
        if number == 5:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + request)
            return
        head = b"HTTP/1.1 %d X\r\nX-Seen: %b\r\nLocation: http://127.0.0.1:9/\r\n"
        seen = request.replace(b"\r\n", b" ")
        status = (200, 403, 302, 503)[number]
        body = bodies[number]
        connection.sendall(head % (status, seen) + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return wire(respond)


@pytest.mark.parametrize(
    ("command", "form"),
    [("scan", "text"), ("scan", "json"), ("staged", "sarif"), ("history", "text")],
)
def test_nothing_leaves_the_process(
    command: str, form: str, run: Watched, talk: Any, start: Any, repository: Any
) -> None:
    arguments = [command, *(["."] if command == "scan" else [])]
    if command != "scan":
        subprocess.run(["git", "init", "-q"], cwd=run.work, check=True)
        subprocess.run(["git", "add", "--all"], cwd=run.work, check=True)
        commit = ["git", "-c", "user.name=a", "-c", "user.email=b", "commit", "-q", "-m", "c"]
        if command == "history":
            subprocess.run(commit, cwd=run.work, check=True)
    options = ["--check-liveness", "--liveness-endpoint", talk.url, "-v", "--format", form]
    if command == "history":
        options.append("--no-cache")
    with start(*arguments, *options, cwd=run.work, env=run.env) as process:
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert b"what is logged is seen" in stderr
    events = run.events()
    outputs = [stdout, stderr, events.encode(), *run.written()]
    for value in (*run.secrets, *run.tokens, run.own[1]):
        for form in forms(value):
            assert not [text for text in outputs if form in text]
    # The secret is not sent; the token is, in one header, to the one server that was named.
    sent = b"\n".join(talk.requests)
    for value in (*run.secrets, *run.own):
        assert not [form for form in forms(value) if form in sent]
    for request in talk.requests:
        lines = request.split(b"\r\n")
        for token in run.tokens:
            holds = [line for line in lines if token.encode() in line]
            assert {line.partition(b":")[0].lower() for line in holds} <= {b"x-amz-security-token"}
    assert all(token.encode() in sent for token in run.tokens)
    connected = [line for line in events.splitlines() if line.startswith("socket.connect ")]
    assert {line.rpartition(", (")[2] for line in connected} <= {
        f"'127.0.0.1', {talk.port}))", f"'::1', {talk.port}, 0, 0))",
    }  # fmt: skip
    assert "credential-process-ran" not in events
    assert "/.aws/" not in events
    assert ("subprocess.Popen" in events) is (command != "scan")
    assert not (run.temporary / "keys.log").exists()


def test_the_watch_sees_what_is_written_sent_and_started(run: Watched, talk: Any) -> None:
    """So that the test above can fail: a process that gives its secret away in each way."""
    secret = run.secrets[0]
    program = (
        "import logging, os, subprocess, socket, sys, http.client\n"
        f"secret = open({str(run.work / '0.env')!r}).read().splitlines()[1].partition('=')[2]\n"
        "logging.getLogger('a').debug(secret)\n"
        "subprocess.run(['true', secret], env={'A': secret})\n"
        "os.environ['B'] = secret\n"
        "open(os.path.join(os.environ['TMPDIR'], 'left'), 'w').write(secret)\n"
        "connection = http.client.HTTPConnection('localhost', int(sys.argv[1]))\n"
        "connection.request('GET', '/', headers={'A': secret})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(talk.port)], env={**os.environ, **run.env},
        capture_output=True, check=False,
    )  # fmt: skip
    plain = secret.encode()
    assert plain in done.stderr  # the log
    assert plain in done.stdout  # what http.client prints
    events = run.events().splitlines()
    for name in ("subprocess.Popen", "os.putenv"):
        assert any(line.startswith(name) and secret in line for line in events)
    assert any(plain in text for text in run.written())
    assert plain in b"".join(talk.requests)


@pytest.mark.skipif(os.name == "nt", reason="core dumps are those of POSIX")
@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_no_core_is_left_in_the_middle(
    number: int, run: Watched, wire: Any, start: Any, helpers: Any
) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]

    def unlimited() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    control = subprocess.run(
        [sys.executable, "-c", "import os; os.abort()"], cwd=run.work, preexec_fn=unlimited,
        capture_output=True, check=False,
    )  # fmt: skip
    cores = list(run.work.glob("*core*"))
    assert control.returncode == -signal.SIGABRT
    if not cores:
        pytest.skip("this system writes no core into the working directory")
    for core in cores:
        core.unlink()
    server = wire(lambda *_: time.sleep(helpers.HELD))
    with start(
        "scan", ".", "--check-liveness", "--liveness-endpoint", server.url, cwd=run.work,
        env=run.env, preexec_fn=unlimited,
    ) as process:  # fmt: skip
        until = time.monotonic() + helpers.HELD
        while not server.requests and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == -number
    assert not list(run.work.glob("*core*"))
    assert b"Fatal Python error" in stderr  # the traceback of the fault has places, no values
    for value in (*run.secrets, *run.tokens):
        assert not [form for form in forms(value) if form in stdout + stderr]
    assert json.dumps(run.secrets[0])[1:-1].encode() not in b"".join(run.written())
