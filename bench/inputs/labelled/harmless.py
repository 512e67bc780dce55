# ruff: noqa: E501, ISC004 -- a template in one line is read at once
"""What looks like a credential of AWS and is none: nothing may be reported with medium confidence.

Templates are expanded as those of rule files are (`scanner.kinds.examples`), so no file here holds
a value in one piece.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from typing import TYPE_CHECKING, Final

from bench.inputs import source
from bench.inputs.labelled.case import Case, File
from scanner.kinds.examples import expand
from scanner.rulebook.generator import BASE32, BASE64, Generator

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

EACH: Final = 8
"""Cases of each kind, with different values."""
_REPEAT: Final = re.compile(r"\[\[(\d+):(.*?)\]\]", re.DOTALL)
"""`[[20:text]]`: so many times, each with values of its own."""

_LINES: Final = {".min.js": 1, ".html": 3, ".bin": 1}
"""Lines of a file, where that is not 60."""
_CRYPT: Final = "./" + BASE64[:62]

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # -- digests
    "SHA-1": ("sums.txt", "[[20:{{hex:40}}  {{word:8}}.tar.gz\n]]"),
    "SHA-1 next to a key ID": ("run.yaml", "access_key: {{access_key_id}}\ncommit: {{hex:40}}\n"),
    "SHA-256": ("sums256.txt", "[[20:{{hex:64}}  {{word:8}}.tar.gz\n]]"),
    "SHA-256 in base64": ("digest.json", '{"sha256": ["[[10:{{base64_of:32}}", "]]"]}\n'),
    "SHA-1 in base64": ("digest.txt", "[[20:X-SHA1: {{base64_of:20}}\n]]"),
    "MD5": ("md5.txt", "[[20:{{hex:32}} *{{word:8}}.iso\n]]"),
    "git log": ("git.log", "[[20:commit {{hex:40}}\nAuthor: x\n\n    change {{word:5}}\n]]"),
    "commit in an action": ("ci.yml", "[[10:      - uses: actions/{{word:6}}@{{hex:40}}\n]]"),
    "package-lock": (
        "package-lock.json",
        '[[10:"resolved": "https://registry.npmjs.org/a/-/a-1.tgz",\n'
        '"integrity": "sha512-{{base64_of:64}}",\n]]',
    ),
    "sha384 integrity": ("index.html", '[[5:<script integrity="sha384-{{base64_of:48}}"></script>\n]]'),
    "yarn.lock": ("yarn.lock", "[[10:  integrity sha1-{{base64_of:20}}\n]]"),
    "go.sum": ("go.sum", "[[20:github.com/a/{{word:6}} v1.2.3 h1:{{base64_of:32}}\n]]"),
    "poetry.lock": ("poetry.lock", '[[10:    {file = "a.whl", hash = "sha256:{{hex:64}}"},\n]]'),
    "Cargo.lock": ("Cargo.lock", '[[10:checksum = "{{hex:64}}"\n]]'),
    "flake.lock": ("flake.lock", '[[5:"narHash": "sha256-{{base64_of:32}}", "rev": "{{hex:40}}",\n]]'),
    "Podfile.lock": ("Podfile.lock", "[[10:  Pod{{word:6}}: {{hex:40}}\n]]"),
    "known_hosts": ("known_hosts", "[[5:|1|{{base64_of:20}}|{{base64_of:20}} ssh-ed25519 {{base64_of:51}}\n]]"),
    "public key": ("authorized_keys", "ssh-rsa AAAAB3NzaC1yc2E{{base64:340}} sofia@host\n"),
    "content hash names": ("manifest.json", '[[10:"main.js": "main.{{hex:20}}.js",\n]]'),
    "ETag": ("http.log", '[[10:ETag: "{{hex:32}}-4"\nx-amz-id-2: {{base64_of:57}}\nx-amz-request-id: {{hex:16}}\n]]'),
    # -- password hashes
    **{
        f"crypt {prefix}": ("shadow", f"[[20:user{{{{word:4}}}}:{prefix}<<crypt:{size}>>:19800:0:99999:7:::\n]]")
        for prefix, size in (
            ("$2a$10$", 53), ("$2b$12$", 53), ("$2y$10$", 53), ("$1$saltsalt$", 22),
            ("$5$saltsalt$", 43), ("$6$saltsaltsalt$", 86), ("$y$j9T$saltsaltsalt$", 43),
        )
    },
    "SSHA": ("users.ldif", "[[20:userPassword: {SSHA}{{base64_of:28}}\n]]"),
    "pbkdf2": ("dump.sql", "[[10:('pbkdf2_sha256$600000${{base62:22}}${{base64_of:32}}'),\n]]"),
    "argon2": ("argon.txt", "[[10:$argon2id$v=19$m=65536,t=3,p=4${{base64:22}}${{base64:43}}\n]]"),
    "scrypt": ("scrypt.txt", "[[10:scrypt:32768:8:1${{base62:16}}${{hex:128}}\n]]"),
    "htpasswd": (".htpasswd", "[[10:u{{word:4}}:$apr1${{base62:8}}$<<crypt:22>>\n]]"),
    # -- encrypted values
    "sops": (
        "secrets.enc.yaml",
        "aws_access_key_id: ENC[AES256_GCM,data:{{base64_of:20}},iv:{{base64_of:32}},tag:{{base64_of:16}},type:str]\n"
        "aws_secret_access_key: ENC[AES256_GCM,data:{{base64_of:40}},iv:{{base64_of:32}},tag:{{base64_of:16}},type:str]\n"
        "sops:\n  kms:\n    - arn: arn:aws:kms:eu-west-1:{{account_id}}:key/1\n      enc: {{base64_of:184}}\n"
        "  mac: ENC[AES256_GCM,data:{{base64_of:88}},iv:{{base64_of:32}},tag:{{base64_of:16}},type:str]\n",
    ),
    "sops, env": (".env.enc", "[[5:AWS_SECRET_ACCESS_KEY=ENC[AES256_GCM,data:{{base64_of:30}},iv:{{base64_of:32}},tag:{{base64_of:16}},type:str]\n]]"),
    "Pulumi": ("Pulumi.prod.yaml", "config:\n[[4:  aws:secretKey{{word:2}}:\n    secure: v1:{{base64_of:12}}:{{base64_of:56}}\n]]"),
    "ansible-vault": ("vault.yml", "aws_secret_access_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n[[6:  {{hex:80}}\n]]"),
    "sealed secret": ("sealed.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    AWS_SECRET_ACCESS_KEY: AgA{{base64_of:390}}\n"),
    "KMS blob": ("kms.json", '{"CiphertextBlob": "AQICAHh{{base64_of:180}}"}\n'),
    "KMS in environment": ("kms.env", "AWS_SECRET_ACCESS_KEY_ENCRYPTED=AQICAHh{{base64_of:150}}\n"),
    "Jenkins": ("credentials.xml", "<secretKey>{AQAAABAAAAA{{base64_of:64}}}</secretKey>\n"),
    "Rails credentials": ("credentials.yml.enc", "{{base64_of:400}}--{{base64_of:12}}--{{base64_of:16}}"),
    "git-crypt, age": ("key.age", "-----BEGIN AGE ENCRYPTED FILE-----\n[[6:{{base64:64}}\n]]-----END AGE ENCRYPTED FILE-----\n"),
    "eyaml": ("common.eyaml", "aws::secret: ENC[PKCS7,MIIB{{base64_of:300}}]\n"),
    "Travis secure": (".travis.yml", 'env:\n  global:\n[[3:    - secure: "{{base64_of:128}}"\n]]'),
    "Fernet": ("fernet.txt", "[[5:gAAAAAB{{base64_of:100}}\n]]"),
    # -- certificates, tokens, identifiers
    "certificate": ("ca.pem", "-----BEGIN CERTIFICATE-----\n[[18:{{base64:64}}\n]]-----END CERTIFICATE-----\n"),
    "certificate in one line": ("ca.env", "CERT='-----BEGIN CERTIFICATE----- [[8:{{base64:64}} ]]-----END CERTIFICATE-----'\n"),
    "certificate in JSON": ("ca.json", '{"ca": "-----BEGIN CERTIFICATE-----\\n[[8:{{base64:64}}\\n]]-----END CERTIFICATE-----"}\n'),
    "public PEM": ("pub.pem", "-----BEGIN PUBLIC KEY-----\n[[6:{{base64:64}}\n]]-----END PUBLIC KEY-----\n"),
    "PGP": ("key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n[[20:{{base64:64}}\n]]={{base64:4}}\n-----END PGP PUBLIC KEY BLOCK-----\n"),
    "UUID": ("ids.json", '[[20:{"id": "{{hex:8}}-{{hex:4}}-4{{hex:3}}-a{{hex:3}}-{{hex:12}}"},\n]]'),
    "ARN": ("arns.txt", "[[10:arn:aws:lambda:eu-west-1:{{account_id}}:function:{{word:12}}:{{word:6}}\n]]"),
    "unique IDs": ("ids.txt", "".join(f"{prefix}<<base32:17>>\n" for prefix in ("AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ASCA"))),
    "JWT of another": ("jwt.txt", "[[4:Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{{base62:120}}.{{base62:43}}\n]]"),
    "CSRF": ("form.html", '[[5:<input name="csrf_token" value="{{base64_of:64}}"><meta name="csrf-token" content="{{base62:40}}">\n]]'),
    "session cookie": ("cookie.log", "[[5:Set-Cookie: _site_session={{base64:200}}--{{hex:40}}; sessionid={{base62:40}}\n]]"),
    "message IDs": ("mail.eml", "[[10:Message-ID: <{{base62:40}}@mail.gmail.com>\nDKIM-Signature: b={{base64:60}}\n {{base64:64}}\n]]"),
    "trace IDs": ("trace.log", "[[10:X-Amzn-Trace-Id: Root=1-{{hex:8}}-{{hex:24}} request_id={{base62:40}}\n]]"),
    "IDs of pages": ("urls.txt", "[[10:https://example.org/d/{{base62:44}}/edit https://x.org/{{base62:40}}/a\n]]"),
    "paths of object stores": ("s3.log", "[[10:s3://bucket/{{base64:40}}/part-{{hex:8}}.parquet\n]]"),
    "signed cookies of other clouds": ("sas.txt", "[[5:https://x.blob.core.windows.net/c?sv=2022&sig={{base64_of:32}}\n]]"),
    # -- references and placeholders
    "references": (
        "refs.env",
        "AWS_ACCESS_KEY_ID={{access_key_id}}\nAWS_SECRET_ACCESS_KEY=${AWS_SECRET}\nBUILD={{base64:40}}\n",
    ),
    "references, kinds": (
        "refs.yaml",
        "a: ${AWS_SECRET_ACCESS_KEY}\nb: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\nc: '{{}}{{ aws_secret }}'\n"
        "d: !Ref Secret\ne: !GetAtt Key.SecretAccessKey\nf: var.aws_secret_key\ng: $(aws secret)\n"
        "aws_secret_access_key: <%= ENV['AWS_SECRET_ACCESS_KEY'] %>\n",
    ),
    "code that reads": (
        "aws.py",
        "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']\n"
        "secret_key=config.get_required_setting_value('secretkey')\n"
        "aws_secret_access_key=self.settings.AwsSecretAccessKeyValue01\n",
    ),
    "documentation pair": (
        "docs.md", "AKIA{{}}IOSFODNN7EXAMPLE\nwJalrXUtnFEMI{{}}/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
        "wJalrXUtnFEMI{{}}/K7MDENG/bPxRfiCYzEXAMPLEKEY\nje7MtGbClwBF/2Zp9Utk{{}}/h3yCo8nvbEXAMPLEKEY\n",
    ),
    "documentation pair, named": (
        "docs.env", "AWS_ACCESS_KEY_ID=AKIA{{}}I44QH8DHBEXAMPLE\n"
        "AWS_SECRET_ACCESS_KEY=je7MtGbClwBF/2Zp9Utk{{}}/h3yCo8nvbEXAMPLEKEY\n",
    ),
    "documentation pair, encoded": (
        "docs.yaml", "data:\n  aws_access_key_id: QUtJQUlPU0ZPRE5O{{}}N0VYQU1QTEU=\n"
        "  aws_secret_access_key: d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQ{{}}eFJmaUNZRVhBTVBMRUtFWQ==\n",
    ),
    "placeholders": (
        "sample.env",
        "AWS_ACCESS_KEY_ID=AKIA{{}}XXXXXXXXXXXXXXXX\nAWS_SECRET_ACCESS_KEY=" + "x" * 40 + "\n"
        "SECRET_KEY=YOUR_AWS_SECRET_ACCESS_KEY_GOES_HERE_000\nAWS_SECRET_KEY=<your secret access key>\n"
        "AWS_SECRET_ACCESS_KEY=****************************************\n",
    ),
    "typed fakes": (
        "fakes.py", 'ID = "AKIA{{}}UNITTESTACCESSKY"\nOTHER = "AKIA{{}}FAKEFAKEFAKEFAKE"\n'
        'THIRD = "AKIA{{}}1234567890123456"\nSECRET = "abcdefghijklmnopqrstuvwxyz{{}}0123456789ABCD"\n',
    ),
    "alphabets": (
        "alpha.js", 'var a = "ABCDEFGHIJKLMNOPQRSTUVWXYZ{{}}abcdefghijklmnopqrstuvwxyz{{}}0123456789+/";\n'
        'var b = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOo{{}}PpQqRrSsTt";\nvar c = "0123456789ABCDEFGHIJKLMNOPQRST{{}}UVWXYZabcd";\n',
    ),
    "LocalStack": ("local.env", "AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\nMINIO_ROOT_PASSWORD=minioadmin\n"),
    "patterns": ("rules.toml", "regex = '''(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}'''\nsecret = '''[A-Za-z0-9/+=]{40}'''\n"),
    # -- encoded content
    "data URI": ("style.css", "[[3:.a{background:url(data:image/png;base64,iVBORw0KGgo{{base64_of:600}})}\n]]"),
    "base64 at 40": ("blob.txt", "[[20:{{base64:40}}\n]]"),
    "base64 at 76": ("mail2.eml", "Content-Transfer-Encoding: base64\n\n[[20:{{base64:76}}\n]]"),
    "base64 in YAML": ("binary.yaml", "binaryData:\n  logo.png: {{base64_of:900}}\n"),
    "percent-encoded base64": ("drawio.xml", '<mxfile content="{{percent:900}}"/>\n'),
    "percent-encoded base64 in a URL": ("links.html", '[[5:<a href="https://x.org/i?d={{percent:90}}">x</a>\n]]'),
    "source map": ("app.js.map", '{"version":3,"mappings":"[[40:{{base64:4}},{{base64:6}};]]"}\n'),
    "inline source map": ("a.js", "x()\n//# sourceMappingURL=data:application/json;base64,{{base64_of:500}}\n"),
    "notebook image": ("plot.ipynb", '{"outputs": [{"data": {"image/png": "iVBORw0KGgo{{base64_of:900}}\\n"}}]}\n'),
    "WASM in base64": ("wasm.js", 'const w = "AGFzbQE{{base64_of:800}}";\n'),
    "PDF text": ("doc.txt", "[[20:TheQuickBrownFoxJumpsOverTheLazyDogAgain\n]]"),
}  # fmt: skip
"""A kind to the name and the text of a file."""

OTHERS: Final[dict[str, tuple[str, str]]] = {
    "GitHub": ("gh.env", "GITHUB_TOKEN=ghp{{}}_{{base62:36}}\n"),
    "Slack": ("slack.env", "SLACK_TOKEN=xox{{}}b-{{number:12}}-{{number:12}}-{{base62:24}}\n"),
    "Stripe": ("stripe.env", "STRIPE_SECRET_KEY=sk{{}}_live_{{base62:24}}\n"),
    "Google": ("gcs.env", "GS_ACCESS_KEY_ID=GOOG1E{{base32:55}}\nGS_SECRET_ACCESS_KEY={{base64:40}}\n"),
    **{
        name: (f"{name.lower()}.env", f"{name}={{{{base62:40}}}}\n")
        for name in (
            "COHERE_API_KEY", "COHERE_API_TOKEN", "CF_API_TOKEN", "CLOUDFLARE_API_TOKEN", "SONAR_TOKEN",
            "DD_APP_KEY", "DD_API_KEY", "HEROKU_API_KEY", "SENTRY_AUTH_TOKEN", "SESSION_SECRET",
            "IAMPORT_SECRET", "SESAME_SECRET", "SNS_WECHAT_SECRET", "CLOUDFRONTEND_SECRET",
            "ATHENAHEALTH_CLIENT_SECRET", "S3_WEBHOOK_SECRET", "JWT_SECRET", "TWITTER_CONSUMER_SECRET",
            "FACEBOOK_APP_SECRET", "OKTA_CLIENT_SECRET", "AUTH0_CLIENT_SECRET", "NEXTAUTH_SECRET",
            "DISCORD_CLIENT_SECRET", "LINKEDIN_CLIENT_SECRET", "GITLAB_TOKEN", "CODECOV_TOKEN", "ALGOLIA_API_KEY",
            "MAPBOX_TOKEN", "PYPI_TOKEN", "DOCKERHUB_PASSWORD", "SNYK_TOKEN", "CIRCLE_TOKEN", "VAULT_TOKEN",
        )
    },
    "session.secret": ("session.properties", "session.secret={{base62:40}}\n"),
    "token of a framework": ("rails.rb", "Rails.application.config.secret_token = '{{base62:40}}'\n"),
    "Django": ("django.py", "SECRET_KEY = '{{base62:40}}'\n"),
    "WordPress": ("wp-config.php", "[[4:define('AUTH_KEY{{word:1}}', '{{base62:40}}');\n]]"),
    "Azure": ("azure.env", "AZURE_CLIENT_SECRET={{base62:3}}8Q~{{base62:34}}\nAZURE_STORAGE_KEY={{base64_of:64}}\n"),
    "OpenAI": ("openai.env", "OPENAI_API_KEY=sk{{}}-{{base62:48}}\n"),
    "npm": (".npmrc", "//registry.npmjs.org/:_authToken=npm{{}}_{{base62:36}}\n"),
    "session token of another": ("x.env", "SESSION_TOKEN={{base64_of:300}}\n"),
    "MinIO session": ("minio.env", "AWS_SESSION_TOKEN=eyJhbGciOiJIUzUxMiJ9.eyJhY2Nlc3NLZXki{{base62:140}}.{{base62:86}}\n"),
}  # fmt: skip
"""Credentials of others: a scanner for all of them rightly reports these, keycatch does not."""


def cases(seed: int) -> Iterator[Case]:
    """Yield the harmless cases of `seed`."""
    for foreign, table in ((False, TEXTS), (True, OTHERS)):
        for kind, (name, template) in table.items():
            for number in range(EACH if not foreign else EACH // 4):
                made = Generator(f"{seed}/{kind}/{number}")
                text = _text(template, made)
                besides = (
                    tuple(re.findall(r"AKIA[A-Z2-7]{16}", text))
                    if "access_key_id" in template
                    else ()
                )
                file = File(name, text.encode(), {})
                kind_name = f"others: {kind}" if foreign else f"harmless: {kind}"
                yield Case(kind_name, name, "plain", (file,), {}, (), besides, foreign)

    for kind, make in _MADE.items():
        for number in range(EACH):
            made = Generator(f"{seed}/{kind}/{number}")
            name, content = make(made)
            yield Case(f"harmless: {kind}", name, "plain", (File(name, content, {}),), {})


_OWN: Final = re.compile(r"(?:\{\{|<<)(crypt|base32|percent|number):(\d+)(?:\}\}|>>)")


def _text(template: str, made: Generator) -> str:
    text = _REPEAT.sub(lambda match: match[2] * int(match[1]), template)

    def own(match: re.Match[str]) -> str:
        size = int(match[2])
        if match[1] == "percent":
            encoded = made.base64(size)
            return encoded.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
        return made.text(
            {"crypt": _CRYPT, "base32": BASE32, "number": "0123456789"}[match[1]], size
        )

    return expand(_OWN.sub(own, text), str(made.number(1 << 60)))


# -- what no template says ------------------------------------------------------------------------


def _random(made: Generator) -> random.Random:
    import random

    return random.Random(made.number(1 << 60))


def _source(extension: str) -> Callable[[Generator], tuple[str, bytes]]:
    def make(made: Generator) -> tuple[str, bytes]:
        rng = _random(made)
        lines = [source.line(rng, extension) for _ in range(_LINES.get(extension, 60))]
        return f"file{extension.partition(' ')[0]}", b"\n".join(lines) + b"\n"

    return make


def _png_in_drawio(made: Generator) -> tuple[str, bytes]:
    raw = made.encode(zlib.compress(made.raw(600))).replace("+", "%2B").replace("/", "%2F")
    return (
        "icon.drawio",
        f'<mxfile><mxCell style="image=data:image/png,{raw};"/></mxfile>\n'.encode(),
    )


def _gzip_of_hashes(made: Generator) -> tuple[str, bytes]:
    return "sums.gz", gzip.compress(
        "".join(f"{made.hex(40)}\n" for _ in range(40)).encode(), mtime=0
    )


def _base64_of_hashes(made: Generator) -> tuple[str, bytes]:
    text = "".join(f"{made.hex(40)} {made.base64(32)}\n" for _ in range(10))
    return "secret.yaml", b"data:\n  sums: " + base64.b64encode(text.encode()) + b"\n"


def _random_bytes(made: Generator) -> tuple[str, bytes]:
    return "noise.bin", made.raw(6000)


def _database_of_hashes(made: Generator) -> tuple[str, bytes]:
    import sqlite3

    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE files (name TEXT, sha1 TEXT, sha256 TEXT)")
    rows = [(made.word(8), made.hex(40), made.base64(32)) for _ in range(30)]
    database.executemany("INSERT INTO files VALUES (?, ?, ?)", rows)
    database.commit()
    return "files.db", database.serialize()


def _notebook(made: Generator) -> tuple[str, bytes]:
    cell = {"cell_type": "code", "id": made.hex(8), "metadata": {"hash": made.hex(40)}}
    return "hashes.ipynb", json.dumps({"cells": [cell] * 5}).encode()


_MADE: Final[dict[str, Callable[[Generator], tuple[str, bytes]]]] = {
    **{f"source {kind}": _source(kind) for kind in source.KINDS},
    "draw.io image": _png_in_drawio,
    "gzip of hashes": _gzip_of_hashes,
    "base64 of hashes": _base64_of_hashes,
    "random bytes": _random_bytes,
    "database of hashes": _database_of_hashes,
    "notebook": _notebook,
}
