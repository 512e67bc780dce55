"""Lines of made-up source: what code, documents and data look like, without meaning anything.

A kind of line is a function of a random generator. Many hold what looks like a credential to a
search and is none: identifiers of 40 characters, paths, hashes, integrity values.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_WORDS: Final = """
    access account adapter agent alias array async attribute batch binding block bucket buffer
    builder cache callback channel child client cluster collection column command commit config
    connection container content context controller count create credential cursor data database
    default delete descriptor directory document domain driver element encoder endpoint engine
    entity entry error event executor factory field file filter flag folder format frame
    function gateway group handler hash header host identity image index input instance integer
    interface invoke iterator job key label layer length level library limit list listener
    loader local lock manager map matcher member message metadata method model module name
    network node number object offset operation option order output package page parameter
    parent parser path pattern policy pool port prefix process profile project property protocol
    provider proxy query queue range reader record region registry release request resolver
    resource response result role route rule schedule schema scope search secret section
    security segment selector server service session set shard signature size source stack state
    status storage stream string subnet support table tag target task template test thread token
    topic tree type update user validator value vector version view volume watcher worker writer
    zone
""".split()  # noqa: SIM905 -- a list of 190 literals says less

_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_HEX: Final = "0123456789abcdef"


def snake(rng: random.Random, words: int) -> str:
    """Return an identifier of so many words, such as `bucket_policy`."""
    return "_".join(rng.choices(_WORDS, k=words))


def _camel(rng: random.Random, words: int) -> str:
    return "".join(word.title() for word in rng.choices(_WORDS, k=words))


def _path(rng: random.Random, words: int) -> str:
    return "/".join(rng.choices(_WORDS, k=words))


def _random_text(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choices(alphabet, k=length))


def _base64_of(rng: random.Random, length: int) -> str:
    return base64.b64encode(rng.randbytes(length)).decode()


def _python(rng: random.Random) -> str:
    indent = "    " * rng.randrange(4)
    return indent + rng.choice(
        (
            f"def {snake(rng, 3)}(self, {snake(rng, 1)}: str, {snake(rng, 2)}: int = 0) -> None:",
            f"{snake(rng, 2)} = self._{snake(rng, 2)}({snake(rng, 1)}, {rng.randrange(999)})",
            f'raise {_camel(rng, 2)}Error(f"cannot {snake(rng, 1)} {{{snake(rng, 2)}!r}}")',
            f"from {snake(rng, 1)}.{snake(rng, 2)} import {_camel(rng, 3)}",
            f'assert {snake(rng, 2)}["{snake(rng, 1)}"] == "{_path(rng, 4)}"',
            f"# {' '.join(rng.choices(_WORDS, k=11))}",
            "",
        )
    )


def _java(rng: random.Random) -> str:
    return rng.choice(
        (
            f"import org.{snake(rng, 1)}.{snake(rng, 1)}.{_camel(rng, 4)};",
            f"\tprivate final {_camel(rng, 5)} {snake(rng, 1)}{_camel(rng, 2)};",
            f"\t\tthis.{snake(rng, 1)} = new {_camel(rng, 6)}({snake(rng, 1)}, {snake(rng, 1)});",
            f"\tpublic void {snake(rng, 1)}{_camel(rng, 7)}() throws {_camel(rng, 2)}Exception {{",
            f"\t * {' '.join(rng.choices(_WORDS, k=10))}",
            "\t}",
        )
    )


def _typescript(rng: random.Random) -> str:
    return rng.choice(
        (
            f"import {{ {_camel(rng, 2)}, {_camel(rng, 3)} }} from '../../{_path(rng, 5)}';",
            f"  const {snake(rng, 1)} = await this.{snake(rng, 1)}.{snake(rng, 1)}({{ id }});",
            f"  /** {' '.join(rng.choices(_WORDS, k=9))} */",
            f"  it('{' '.join(rng.choices(_WORDS, k=6))}', () => {{",
            "  });",
        )
    )


def _go(rng: random.Random) -> str:
    return rng.choice(
        (
            f"func (s *{_camel(rng, 2)}) {_camel(rng, 3)}(ctx context.Context) error {{",
            f"\tif err := s.{_camel(rng, 2)}(ctx, &{_camel(rng, 4)}{{}}); err != nil {{",
            f'\t\treturn fmt.Errorf("{snake(rng, 1)}: %w", err)',
            f'\t"github.com/{_path(rng, 3)}/{snake(rng, 1)}"',
            "\t}",
        )
    )


def _markdown(rng: random.Random) -> str:
    return rng.choice(
        (
            " ".join(rng.choices(_WORDS, k=14)),
            f"[{snake(rng, 1)}](https://docs.example.org/{_path(rng, 5)}?v=%2Flatest)",
            f"    $ git checkout {_random_text(rng, _HEX, 40)}",
            f"## {' '.join(rng.choices(_WORDS, k=4))}",
            "",
        )
    )


def _json(rng: random.Random) -> str:
    return rng.choice(
        (
            f'      "{_camel(rng, 2)}": "{_path(rng, 6)}",',
            f'      "arn": "arn:aws:{snake(rng, 1)}:eu-west-1:{rng.randrange(10**12):012}:x/y",',
            f'      "url": "https:\\/\\/example.org\\/{snake(rng, 2)}",',
            f'      "{snake(rng, 2)}": {rng.randrange(10**6)},',
            "    }, {",
        )
    )


def _lock(rng: random.Random) -> str:
    return (
        f'      "resolved": "https://registry.example.org/{snake(rng, 1)}/-/{snake(rng, 1)}.tgz",\n'
        f'      "integrity": "sha512-{_base64_of(rng, 64)}",'
    )


def _sum(rng: random.Random) -> str:
    return f"github.com/{_path(rng, 2)} v1.{rng.randrange(40)}.0 h1:{_base64_of(rng, 32)}"


def _hashes(rng: random.Random) -> str:
    digits = rng.choice((32, 40, 40, 64))
    return f"{_random_text(rng, _HEX, digits)},{rng.randrange(10**9)},{_path(rng, 4)}"


def _minified(rng: random.Random) -> str:
    pieces = (
        f"function {rng.choice('abcdefgh')}(t,e){{return t.{snake(rng, 1)}{_camel(rng, 1)}(e)&&"
        f'"{_path(rng, 3)}"!==e?n({rng.randrange(999)}):void 0}}'
        for _ in range(rng.randrange(100, 400))
    )
    return "".join(pieces)


def _image(rng: random.Random) -> str:
    return f'<img src="data:image/png;base64,{_base64_of(rng, rng.randrange(300, 6000))}">'


def _yaml(rng: random.Random) -> str:
    indent = "  " * rng.randrange(5)
    return indent + rng.choice(
        (
            f"{snake(rng, 1)}: {_path(rng, 3)}",
            f"- uses: actions/{snake(rng, 1)}@{_random_text(rng, _HEX, 40)}",
            f"{_camel(rng, 2)}: !Sub ${{AWS::StackName}}-{snake(rng, 2)}",
            f"description: {' '.join(rng.choices(_WORDS, k=8))}",
        )
    )


def _binary(rng: random.Random) -> bytes:
    return zlib.compress(rng.randbytes(200) * 3)


KINDS: Final[dict[str, tuple[Callable[[random.Random], str | bytes], int]]] = {
    ".py": (_python, 24),
    ".java": (_java, 17),
    ".ts": (_typescript, 12),
    ".go": (_go, 12),
    ".md": (_markdown, 11),
    ".yaml": (_yaml, 8),
    ".json": (_json, 7),
    ".csv hashes": (_hashes, 2),
    ".min.js": (_minified, 2),
    ".json lock": (_lock, 1),
    ".sum": (_sum, 1),
    ".html": (_image, 1),
    ".bin": (_binary, 2),
}
"""Extension, and a word where two kinds share it, to how a line is made and a weight."""
