"""How long to wait, as GitHub and GitLab say it."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from scanner.fleet.forges.exchange import Answer
from scanner.fleet.forges.throttle import wanted_wait


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1100"}, 0),
        (403, {}, 0),
        (403, {"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "1100"}, 0),
        (503, {}, 0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1100"}, 100),
        (403, {"Retry-After": "5"}, 5),
        (503, {"Retry-After": "5"}, 5),
        (429, {"Retry-After": "5", "RateLimit-Reset": "1100"}, 100),
        (429, {"Retry-After": "0"}, 60),
        (429, {"RateLimit-Reset": "900"}, 60),
        (429, {}, 60),
        (429, {"Retry-After": "-1"}, 60),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 60),
        (429, {"Retry-After": "9" * 400}, 60),
    ],
)
def test_wanted_wait(status: int, headers: dict[str, str], seconds: float) -> None:
    assert wanted_wait(Answer(status, CaseInsensitiveDict(headers), b""), 1000) == seconds
