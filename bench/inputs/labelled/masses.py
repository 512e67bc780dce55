# ruff: noqa: E501 -- a template in one line is read at once
"""Harmless values by the thousand: what looks like a secret only once in hundreds of times.

Hashes of passwords, encrypted files and encoded pictures are random, so that a scanner reports some
of them by chance. A few cases of each, as in `harmless.py`, do not show that; these do. Every kind
is written in the forms in which people keep it.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from bench.inputs.labelled.case import Case, File
from bench.inputs.labelled.hashes import HASHES, IN_FILE, file_of, rows
from scanner.rulebook.generator import BASE32, BASE64, Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Maker = Callable[[Generator, int], tuple[str, str | bytes]]
    """A generator and the number of the file to its name and content."""


class Mass(NamedTuple):
    """How much of a kind there is, and what makes a file of it."""

    files: int
    values: int
    """In each file."""
    make: Maker


# -- encrypted values ------------------------------------------------------------------------------


def _sops_value(made: Generator) -> str:
    # Without padding in the count: 30 bytes are 40 characters.
    size = (20, 28, 29, 30, 30, 32, 40, 45, 60)[made.number(9)]
    return f"ENC[AES256_GCM,data:{made.base64(size)},iv:{made.base64(32)},tag:{made.base64(16)},type:str]"


def _sops(made: Generator, number: int) -> tuple[str, str]:
    names = ("aws_access_key_id", "aws_secret_access_key", "secret_key", "password", "token")
    values = {name: _sops_value(made) for name in names}
    wrapped = "".join(f"            {made.base64(48)}\n" for _ in range(12))
    age = f"-----BEGIN AGE ENCRYPTED FILE-----\n{wrapped}-----END AGE ENCRYPTED FILE-----"
    pgp = f"-----BEGIN PGP MESSAGE-----\n\n{wrapped}            ={made.base64(3)}\n-----END PGP MESSAGE-----"
    kms, mac = f"AQICAHh{made.base64(140)}", _sops_value(made)
    turn = number % 5
    if turn == 0:
        lines = "".join(
            f"{name}: {value}\n#{_sops_value(made)}\n" for name, value in values.items()
        )
        keys = "".join(f"        - enc: |\n{text}\n" for text in (age, pgp))
        return (
            "secrets.yaml",
            f"{lines}sops:\n    kms:\n        - enc: {kms}\n    age:\n{keys}    mac: {mac}\n",
        )
    if turn == 1:
        return "secrets.json", json.dumps(
            {**values, "sops": {"kms": [{"enc": kms}], "pgp": [{"enc": pgp}], "mac": mac}}, indent=1
        )
    if turn == 2:
        lines = "".join(f"{name.upper()}={value}\n" for name, value in values.items())
        return (
            ".env",
            f"{lines}sops_kms__list_0__map_enc={kms}\nsops_mac={mac}\nsops_age__list_0__map_enc={json.dumps(age)[1:-1]}\n",
        )
    if turn == 3:
        lines = "".join(f"{name} = {value}\n" for name, value in values.items())
        return (
            "secrets.ini",
            f"[default]\n{lines}[sops]\nmac={mac}\nhc_vault__list_0__map_enc=vault:v1:{made.base64(57)}\n",
        )
    data = f"ENC[AES256_GCM,data:{made.base64(900)},iv:{made.base64(32)},tag:{made.base64(16)},type:str]"
    return "secrets.bin.json", json.dumps(
        {"data": data, "sops": {"mac": mac, "gcp_kms": [{"enc": f"CiQA{made.base64(90)}"}]}}
    )


def _pulumi(made: Generator, number: int) -> tuple[str, str]:
    secure = [f"v1:{made.base64(12)}:{made.base64(14 + made.number(44))}" for _ in range(10)]
    if number % 2:
        return "stack.json", json.dumps(
            [{"4dabf18193072939515e22adb298388d": "1", "ciphertext": each} for each in secure]
        )
    lines = "".join(f"  aws:secretKey{n}:\n    secure: {each}\n" for n, each in enumerate(secure))
    salt = f"v1:{made.base64(8)}:{secure[0]}"
    return (
        "Pulumi.prod.yaml",
        f"encryptionsalt: {salt}\nencryptedkey: AQICAHh{made.base64(150)}\nconfig:\n{lines}",
    )


def _vault(made: Generator, _: int) -> tuple[str, str]:
    lines = "\n".join("          " + made.hex(80) for _line in range(6))
    return (
        "vault.yml",
        f"aws_secret_access_key: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n{lines}\n",
    )


def _sealed(made: Generator, _: int) -> tuple[str, str]:
    lines = "".join(
        f"    SECRET_KEY_{n}: AgA{made.base64(500 + made.number(90))}\n" for n in range(5)
    )
    return "sealed.yaml", f"kind: SealedSecret\nspec:\n  encryptedData:\n{lines}"


def _kms(made: Generator, number: int) -> tuple[str, str]:
    blobs = [f"AQICAH{made.base64(100 + made.number(90))}" for _ in range(10)]
    if number % 3 == 0:
        return "kms.json", json.dumps([{"CiphertextBlob": blob} for blob in blobs])
    if number % 3 == 1:
        return "kms.env", "".join(f"AWS_SECRET_KEY_{n}={blob}\n" for n, blob in enumerate(blobs))
    return "kms.tf", "".join(
        f'  payload_{n} = "{quote(blob, safe="")}"\n' for n, blob in enumerate(blobs)
    )


# -- encoded data ----------------------------------------------------------------------------------


def _drawio(made: Generator, number: int) -> tuple[str, bytes]:
    diagram = made.base64(1500 + made.number(4000))
    if number % 2:
        # The diagram as it is, with a picture in it, of which `=` and `,` are left.
        diagram = f'<mxCell style="shape=image;image=data:image/png,{quote(diagram, safe="")};"/>'
    xml = f'<mxfile host="app" version="24"><diagram id="{made.text(BASE64[:62], 20)}" name="A">{diagram}</diagram></mxfile>'
    picture = zlib.compress(b"".join(b"\0" + made.raw(90) for _ in range(40)))
    text = b"mxfile\0" + quote(xml, safe="").encode()
    # Bit depth 8, RGB.
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 30, 40, 8, 2, 0, 0, 0)),
        (b"tEXt", text),
        (b"IDAT", picture),
        (b"IEND", b""),
    )
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return "diagram.drawio.png", b"\x89PNG\r\n\x1a\n" + chunks


def _percent(made: Generator, number: int) -> tuple[str, str]:
    values = [quote(made.base64(60 + made.number(200)), safe="") for _ in range(10)]
    if number % 2:
        values = [value.replace("%", "%25") for value in values]
    line = ("https://x.org/i?d=@&n=#", '<a href="/i?state=@">#</a>', "saml#=@", "secret#=@")[
        number % 4
    ]
    return "links.html", rows(line)(values)


def _wrapped(made: Generator, number: int) -> tuple[str, str]:
    text = made.base64(30 * (3 + made.number(30)) + made.number(30))
    lines = [text[at : at + 40] for at in range(0, len(text), 40)]
    form = number % 6
    if form == 0:
        return "blob.txt", "\n".join(lines) + "\n"
    if form == 1:
        return "blob.yaml", "secret: |\n" + "".join(f"    {line}\n" for line in lines)
    if form == 2:
        return "blob.py", "SECRET = (\n" + "".join(f'    "{line}"\n' for line in lines) + ")\n"
    if form == 3:
        return "blob.js", "const key = " + " +\n  ".join(f"'{line}'" for line in lines) + ";\n"
    if form == 4:
        return "blob.json", json.dumps({"key": "\n".join(lines)})
    return "blob.md", "".join(f"> {line}\r\n" for line in lines)


def _pem(made: Generator, number: int) -> tuple[str, str]:
    width, size = (64, 64, 76, 48)[number % 4], 300 + made.number(900)
    text = made.base64(size)
    joint = (" ", "\\n", "\\r\\n", "&#10;", "\\\\n", "%0A", "  ")[number % 7]
    lines = joint.join(text[at : at + width] for at in range(0, len(text), width))
    name = ("CERTIFICATE", "PUBLIC KEY", "PKCS7", "X509 CRL")[made.number(4)]
    return (
        "ca.env",
        f'CA_SECRET="-----BEGIN {name}-----{joint}{lines}{joint}-----END {name}-----"\n',
    )


def _addresses(made: Generator, _: int) -> tuple[str, str]:
    lines = []
    for _row in range(10):
        part, host = made.text(BASE64[:62], 40), made.word(8)
        lines.append(
            (f"https://{host}.example.org/d/{part}/edit", f"see <https://{host}.io/{part}>",
             f"[x](https://{host}.org/a/{part}#top)", f"//cdn.{host}.net/{part}.js",
             f'"url": "https://{host}.example.org/share/{part}?usp=1"',
             f"  resolved https://{host}.dev/files/{part}/x.tgz",
             f"git+https://{host}.org/{part}.git", f"wss://{host}.org/socket/{part}")[made.number(8)]
        )  # fmt: skip
    return "links.md", "\n".join(lines) + "\n"


# -- made up by people -----------------------------------------------------------------------------


def _alphabets(made: Generator, number: int) -> tuple[str, str]:
    upper, lower, digits = BASE64[:26], BASE64[26:52], BASE64[52:62]
    if made.number(2):
        upper, lower = upper[::-1], lower[::-1]
    pairs = ["".join(map("".join, zip(*pair, strict=True)))
             for pair in ((upper, lower), (lower, upper), (digits, upper[:10]), (lower[:10], digits))]  # fmt: skip
    runs = [
        upper + lower,
        lower + upper,
        digits + upper + lower,
        lower + digits + upper,
        *pairs,
        pairs[0] + digits,
        digits + pairs[1],
    ]
    run = runs[number % len(runs)] * 3
    at = made.number(len(run) - 40)
    name = ("secret_key", "alphabet", "aws_secret_access_key", "chars")[made.number(4)]
    return "alphabet.py", f'{name} = "{run[at : at + 40]}"\n'


def _variants(made: Generator, number: int) -> tuple[str, str]:
    value = ("wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvb")[
        number % 2
    ] + "EXAMPLEKEY"
    at = made.number(40)
    letter = made.text(BASE64[:62], 1)
    value = (
        value[:at] + letter + value[at + 1 :], value[:at] + letter + value[at:], value[:at] + value[at + 1 :],
        value.replace("EXAMPLEKEY", made.text(BASE64[:62], 10)), value.replace("EXAMPLE", made.text(BASE64[:26], 7)),
        value.replace("/", ""), value.replace("/", made.text(BASE64[:62], 1)), value.swapcase(),
        value[: 8 + made.number(20)] + made.text(BASE64[:62], 10), value.lower(),
    )[number % 10]  # fmt: skip
    key_id = (
        "AKIA"
        + ("IOSFODNN7EXAMPLE", "IOSFODNN7EXAMPL2", "IOSFODNN7" + made.text(BASE32, 7))[
            made.number(3)
        ]
    )
    return (
        "credentials",
        f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = {value}\n",
    )


_WORDS: Final = (
    "UNIT", "TEST", "ACCESS", "KEY", "FAKE", "DUMMY", "MOCK", "SAMPLE", "SECRET", "LOCAL", "DEMO",
    "NOT", "REAL", "VALID", "EXAMPLE", "MY", "AWS", "TOKEN", "USER", "ADMIN", "FOO", "BAR", "STUB",
)  # fmt: skip


def _typed(made: Generator, number: int) -> tuple[str, str]:
    text = ""
    while len(text) < 16:
        text += _WORDS[made.number(len(_WORDS))]
    key_id = ("AKIA", "ASIA")[number % 2] + text[:16]
    return "test_client.py", f'ACCESS_KEY = "{key_id}"\nclient = connect(ACCESS_KEY, "secret")\n'


MASSES: Final[dict[str, Mass]] = {
    **{kind: Mass(100, IN_FILE, file_of(make)) for kind, make in HASHES.items()},
    "sops": Mass(1000, 6, _sops),
    "Pulumi": Mass(200, 10, _pulumi),
    "ansible-vault": Mass(100, 1, _vault),
    "sealed secrets": Mass(100, 5, _sealed),
    "KMS blobs": Mass(200, 10, _kms),
    "draw.io PNG": Mass(100, 1, _drawio),
    "percent-encoded base64": Mass(500, 10, _percent),
    "base64 wrapped at 40": Mass(1000, 1, _wrapped),
    "PEM on one line": Mass(1000, 1, _pem),
    "random parts of URLs": Mass(300, 10, _addresses),
    "alphabets": Mass(500, 1, _alphabets),
    "variants of documentation": Mass(1000, 1, _variants),
    "typed key IDs": Mass(1000, 1, _typed),
}
"""The counts of the first kinds are what a user asks for: 10,000 hashes, 1,000 files of sops."""


def mass_cases(seed: int) -> Iterator[Case]:
    """Yield a case for each file of `seed`; its kind is that of the mass."""
    for kind, mass in MASSES.items():
        for number in range(mass.files):
            name, content = mass.make(Generator(f"{seed}/mass/{kind}/{number}"), number)
            raw = content if isinstance(content, bytes) else content.encode("ascii")
            yield Case(kind, name, "plain", (File(name, raw, {}),), {})
