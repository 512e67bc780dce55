"""A server on loopback that answers as STS does, after a set time, and keeps a log."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple

from scanner.liveness.answers import STS

ACCOUNT: Final = "123456789012"
"""The account that every key is said to belong to."""
# Signature Version 4 names the key ID at the start of the scope in the Authorization header:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_SCOPE: Final = re.compile(r"Credential=([A-Z0-9]+)/")
_ANSWER: Final = (
    f'<GetCallerIdentityResponse xmlns="{STS}"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/a</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
).encode()


class RoundLog(NamedTuple):
    """What the server was asked in one round."""

    requests: int
    key_ids: int
    together: int
    """The most that were under way at one time."""
    together_for_one: int
    """The same for one key ID."""
    canaries: int
    """Requests about keys of canary accounts."""


class StsStub(ThreadingHTTPServer):
    """A server that answers about every credential that it is live."""

    daemon_threads = True
    # The default of 5 would turn connections away that a scan opens at the same time.
    request_queue_size = 64

    def __init__(self, seconds: float, canaries: frozenset[str]) -> None:
        """Answer after `seconds`; `canaries` are the key IDs that nobody is to ask about."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seconds = seconds
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"
        self._canaries = canaries
        self._lock = threading.Lock()
        self._asked: list[str] = []
        self._under_way: Counter[str] = Counter()
        self._together = self._together_for_one = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def note(self, key_id: str, change: int) -> None:
        """Record that a request about `key_id` has come (1) or is answered (-1)."""
        with self._lock:
            # A request counts when it comes, not again when it is answered.
            self._asked += [key_id] * max(change, 0)
            self._under_way[key_id] += change
            self._together = max(self._together, self._under_way.total())
            self._together_for_one = max(self._together_for_one, self._under_way[key_id])

    def take_log(self) -> RoundLog:
        """Return what there was since the last call, and start over."""
        with self._lock:
            asked, self._asked = self._asked, []
            together, for_one = self._together, self._together_for_one
            self._together = self._together_for_one = 0
        canaries = sum(each in self._canaries for each in asked)
        return RoundLog(len(asked), len(set(asked)), together, for_one, canaries)


class _Handler(BaseHTTPRequestHandler):
    # Connections are kept open, and answers sent at once, as STS does it.
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: StsStub

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        found = _SCOPE.search(self.headers["Authorization"])
        key_id = found[1] if found else ""
        self.server.note(key_id, 1)
        time.sleep(self.server.seconds)
        self.server.note(key_id, -1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(_ANSWER)))
        self.end_headers()
        self.wfile.write(_ANSWER)

    def log_message(self, *_arguments: Any) -> None:
        pass
