"""Marks as comments: only forms that may follow other text on a line."""

from __future__ import annotations

import pytest

from scanner.engine.allow import Marks
from scanner.reports.comments import mark


@pytest.mark.parametrize(
    ("path", "comment"),
    [
        ("a.py", "# keycatch:allow R: REASON"), ("deploy/.env", "# keycatch:allow R: REASON"),
        (".env.production", "# keycatch:allow R: REASON"), ("a.YML", "# keycatch:allow R: REASON"),
        ("Makefile", "# keycatch:allow R: REASON"), ("main.tf", "# keycatch:allow R: REASON"),
        ("src/a.ts", "// keycatch:allow R: REASON"), ("Jenkinsfile", "// keycatch:allow R: REASON"),
        ("a.sql", "-- keycatch:allow R: REASON"), ("a.css", "/* keycatch:allow R: REASON */"),
        ("a.html", "<!-- keycatch:allow R: REASON -->"), ("a.clj", "; keycatch:allow R: REASON"),
        ("a.txt", "keycatch:allow R: REASON"),
        ("a.json", ""), (".aws/credentials", ""), ("a.ini", ""), ("a.csv", ""), ("a.pem", ""),
        ("a.properties", ""), ("Dockerfile", ""), ("py", ""), ("", ""), ("a.ipynb", ""),
    ],
)  # fmt: skip
def test_by_the_name_of_the_file(path: str, comment: str) -> None:
    assert mark(path, "R") == comment


@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.sql", "a.css", "a.html", "a.txt", "a.tex"])
def test_every_form_allows_its_line(path: str) -> None:
    line = f"value = x  {mark(path, 'aws-access-key-id')}\n".encode()
    marks = Marks(line, ("aws-access-key-id", "other"))
    assert marks.allow(8, 9, ("aws-access-key-id",))
    assert not marks.allow(8, 9, ("other",))
