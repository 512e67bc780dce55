"""Hashes of passwords in the forms in which people keep them: files, dumps, settings, databases."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from scanner.rulebook.generator import BASE64, Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CRYPT: Final = "./" + BASE64[:62]
IN_FILE: Final = 100
"""Hashes in a file."""

HASHES: Final[dict[str, Callable[[Generator], str]]] = {
    **{
        f"bcrypt ${head}$": lambda made, head=head: (  # type: ignore[misc]
            f"${head}${10 + made.number(5)}${made.text(_CRYPT, 53)}"
        )
        for head in ("2a", "2b", "2y")
    },
    "sha512crypt": lambda made: _with_salt(made, "$6$", 86),
    "sha256crypt": lambda made: _with_salt(made, "$5$", 43),
    "yescrypt": lambda made: f"$y$j9T${made.text(_CRYPT, 22)}${made.text(_CRYPT, 43)}",
    "{SSHA}": lambda made: "{SSHA}" + made.base64(28),
    "{SSHA}, 16 bytes of salt": lambda made: "{SSHA}" + made.base64(36),
    "{SSHA512}": lambda made: "{SSHA512}" + made.base64(72),
    "{SHA256}": lambda made: "{SHA256}" + made.base64(32),
    "argon2id": lambda made: (
        f"$argon2id$v=19$m=65536,t=3,p=4${made.base64(16)[:22]}${made.base64(32)[:43]}"
    ),
    "PBKDF2 of Django": lambda made: (
        f"pbkdf2_sha256$600000${made.text(BASE64[:62], 22)}${made.base64(32)}"
    ),
    "PHPass": lambda made: f"$P$B{made.text(_CRYPT, 30)}",
}


def _with_salt(made: Generator, head: str, size: int) -> str:
    rounds = ("", "rounds=656000$", "rounds=5000$")[made.number(3)]
    return f"{head}{rounds}{made.text(_CRYPT, 8 + made.number(9))}${made.text(_CRYPT, size)}"


def rows(line: str, before: str = "", after: str = "") -> Callable[[Sequence[str]], str]:
    """Return a function that writes a line for each value, with `@` for it and `#` for a number."""

    def write(values: Sequence[str]) -> str:
        lines = (line.replace("#", str(n)).replace("@", value) for n, value in enumerate(values))
        return before + "\n".join(lines) + "\n" + after

    return write


def _escaped(dollar: str, line: str) -> Callable[[Sequence[str]], str]:
    return lambda values: rows(line)([value.replace("$", dollar) for value in values])


def _as_json(values: Sequence[str]) -> str:
    return json.dumps([{"login": f"u{n}", "password": value} for n, value in enumerate(values)])


def _in_kubernetes(values: Sequence[str]) -> str:
    lines = (
        f"  auth{n}: {base64.b64encode(f'u{n}:{value}'.encode()).decode()}"
        for n, value in enumerate(values)
    )
    return "kind: Secret\ndata:\n" + "\n".join(lines) + "\n"


def _in_gzip(values: Sequence[str]) -> bytes:
    return gzip.compress(rows("u#:@:19800:0:99999:7:::")(values).encode(), mtime=0)


def _in_database(values: Sequence[str]) -> bytes:
    import sqlite3

    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE users (id INTEGER, login TEXT, password TEXT, seen TEXT)")
    rows = [(n, f"user{n}", value, "2024-05-06") for n, value in enumerate(values)]
    database.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", rows)
    database.commit()
    return database.serialize()


FORMS: Final[dict[str, Callable[[Sequence[str]], str | bytes]]] = {
    "shadow": rows("user#:@:19800:0:99999:7:::"),
    ".htpasswd": rows("user#:@"),
    "users.txt": rows("@"),
    "dump.sql": rows("(#,'user#','@','user#@example.org',NULL),", "INSERT INTO `users` VALUES\n"),
    "copy.sql": rows("#\tuser#\t@\t2024-05-06 07:08:09", "COPY users FROM stdin;\n", "\\.\n"),
    "users.csv": rows("#,user#@example.org,@,2024-05-06", "id,email,password_hash,created\n"),
    "users.json": _as_json,
    "users.yml": rows("  user#:\n    encrypted_password: '@'"),
    "users.ldif": rows("dn: uid=u#,dc=example\nuserPassword: @\n"),
    "settings.env": rows('ADMIN_#_PASSWORD_HASH="@"'),
    "secrets.env": rows("SECRET_#=@"),
    "compose.yml": _escaped("$$", '      - "traefik.basicauth.users=u#:@"'),
    "setup.sh": _escaped("\\$", 'usermod -p "@" u#'),
    "users.tfvars": rows('password_hash_# = "@"'),
    "request.log": lambda values: rows("GET /check?id=#&secret=@ 200")(
        [quote(each, safe="") for each in values]
    ),
    "strings.js": _escaped("\\x24", "  secret_#: '@',"),
    "page.html": _escaped("&#36;", "<td>user</td><td>@</td>"),
    "unicode.json": _escaped("\\u0024", '{"secret": "@"},'),
    "users.php": rows("    'user#' => '@',"),
    "users.xml": rows('<user name="u#" password="@"/>'),
    "users.properties": rows("spring.security.users.u#={bcrypt}@"),
    "secret.yaml": _in_kubernetes,
    "shadow.gz": _in_gzip,
    "users.db": _in_database,
}
"""A file name to what writes hashes into it."""


def file_of(
    make: Callable[[Generator], str],
) -> Callable[[Generator, int], tuple[str, str | bytes]]:
    """Return what makes a file of hashes by `make`: its number decides on the form."""
    names = list(FORMS)

    def file(made: Generator, number: int) -> tuple[str, str | bytes]:
        name = names[number % len(names)]
        return name, FORMS[name]([make(made) for _ in range(IN_FILE)])

    return file
