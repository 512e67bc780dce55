"""A server on loopback: git over HTTPS with a CA that was made up, and an API next to it.

A plugin of pytest, which tests/conftest.py names.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


@cache
def _backend() -> str:
    done = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    return f"{done.stdout.strip()}/git-http-backend"


Api = Callable[[str, Any], tuple[int, dict[str, str], str | bytes]]
"""(path with query, headers) -> status, headers and body of the answer."""


def _no_api(*_: Any) -> tuple[int, dict[str, str], str]:
    return 404, {}, ""


class Handler(BaseHTTPRequestHandler):
    """Answers for the repositories below `server.root` by the first part of the path."""

    protocol_version = "HTTP/1.1"
    server: GitServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        said = self.headers.get("Authorization", "")
        self.server.requests.append((self.path, said))
        _, kind, rest = self.path.split("/", 2)
        if kind == "git":
            self._run_git(rest)
        elif kind == "private":
            if said == self.server.expected:
                self._run_git(rest)
            else:
                self._say(401, {"WWW-Authenticate": 'Basic realm="git"'}, f"you said {said}")
        elif kind == "moved":
            self._say(301, {"Location": f"{self.server.url}/git/{rest}"})
        elif kind == "dotless":  # as GitLab does it
            name, _, service = rest.partition("/")
            if name.endswith(".git"):
                self._run_git(rest)
            else:
                self._say(301, {"Location": f"{self.server.url}/dotless/{name}.git/{service}"})
        elif kind == "elsewhere":
            self._say(302, {"Location": f"{self.server.other}/git/{rest}"})
        elif kind in ("api", "rest", "2.0"):
            self._say(*self.server.api(self.path, self.headers))
        elif kind == "stall":
            self.send_response(200)
            self.end_headers()
            self.server.over.wait(60)
        else:
            self._say(int(kind), {}, f"you said {said}")

    def _say(self, status: int, headers: dict[str, str], text: str | bytes = "") -> None:
        self.send_response(status)
        body = text.encode() if isinstance(text, str) else text
        for name, value in {"Content-Type": "text/plain", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _run_git(self, rest: str) -> None:
        path, _, query = rest.partition("?")
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        variables = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": f"/{path}",
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            [_backend()], env=variables, input=sent, capture_output=True, check=False
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        body = self.server.altered(body) if self.command == "POST" else body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class GitServer(ThreadingHTTPServer):
    """git-http-backend behind TLS."""

    daemon_threads = True

    def __init__(self, root: Path, authority: Any) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = root
        self.requests: list[tuple[str, str]] = []
        self.over = threading.Event()
        self.other = "https://localhost:1"
        self.altered: Callable[[bytes], bytes] = lambda body: body
        self.api: Api = _no_api
        self.expected = ""
        self.ca_file = authority.bundle
        self.socket = authority.context().wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """Say nothing of a client that goes away in the middle."""

    @property
    def address(self) -> str:
        return f"localhost:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"https://{self.address}"

    def reset(self) -> None:
        self.requests.clear()
        self.altered = lambda body: body
        self.api = _no_api
        self.expected = ""

    def expect(self, user: str, password: str) -> None:
        """Let nobody else read what is below `/private/`."""
        self.expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def close(self) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    from certificates import Authority  # here: its library takes 50 ms

    folder = tmp_path_factory.mktemp("server")
    root = folder / "repositories"
    root.mkdir()
    server = GitServer(root, Authority(folder))
    yield server
    server.close()


@pytest.fixture
def server(
    running_server: GitServer, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> GitServer:
    """Return the server, which the environment trusts; no proxy and no token is in it."""
    running_server.reset()
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_TOKEN"):
            monkeypatch.delenv(name)
    for name in ("GITHUB_SERVER_URL", "CI_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(running_server.ca_file))
    return running_server


@pytest.fixture
def publish(server: GitServer, make_repository: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Return a function that makes a bare repository on the server, and a clone to push from."""
    made: list[Path] = []

    def publish(name: str, files: dict[str, str] | None = None) -> Any:
        bare = server.root / f"{name}.git"
        made.append(bare)
        clone = make_repository(name)
        clone.git("init", "-q", "--bare", str(bare))
        clone.git("remote", "add", "origin", str(bare))
        for path, content in (files or {}).items():
            clone.write(path, content)
        if files:
            clone.git("add", "--all")
            clone.git("commit", "-q", "-m", "change")
            clone.git("push", "-q", "origin", "HEAD:main")
            (bare / "HEAD").write_text("ref: refs/heads/main\n")
        return clone

    yield publish
    for bare in made:
        shutil.rmtree(bare, ignore_errors=True)
