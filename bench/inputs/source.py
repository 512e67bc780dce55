"""Files of made-up source: what code, documents and data look like, without meaning anything.

Many hold what a search takes for a credential and what is none: identifiers of 40 characters,
paths, hashes, integrity values.
"""

from __future__ import annotations

import base64
import random
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_POOL: Final = 1500
"""Different lines of each kind. Making one takes longer than writing it, so files repeat them in
ever new orders."""

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


def snake(rng: random.Random, words: int) -> str:
    """Return an identifier of so many words, such as `bucket_policy`."""
    return "_".join(rng.choices(_WORDS, k=words))


def _base64(rng: random.Random, size: int) -> str:
    return base64.b64encode(rng.randbytes(size)).decode()


_FIELDS: Final[dict[str, Callable[[random.Random, int], str]]] = {
    "snake": snake,
    "camel": lambda rng, words: "".join(map(str.title, rng.choices(_WORDS, k=words))),
    "path": lambda rng, words: "/".join(rng.choices(_WORDS, k=words)),
    "text": lambda rng, words: " ".join(rng.choices(_WORDS, k=words)),
    "hex": lambda rng, length: "".join(rng.choices("0123456789abcdef", k=length)),
    "base64": _base64,
    "number": lambda rng, below: str(rng.randrange(below)),
    "indent": lambda rng, width: " " * width * rng.randrange(4),
}
"""What the names in a template stand for; after a colon comes their argument."""


class _Field(NamedTuple):
    rng: random.Random
    name: str

    def __format__(self, argument: str) -> str:
        return _FIELDS[self.name](self.rng, int(argument))


def _filled(rng: random.Random, template: str) -> bytes:
    return template.format_map({name: _Field(rng, name) for name in _FIELDS}).encode()


def _minified(rng: random.Random) -> bytes:
    piece = (
        "function {hex:1}(t,e){{return t.{snake:1}{camel:1}(e)&&"
        '"{path:3}"!==e?n({number:999}):void 0}}'
    )
    return _filled(rng, piece * rng.randrange(100, 400))


def _image(rng: random.Random) -> bytes:
    return _filled(rng, f'<img src="data:image/png;base64,{{base64:{rng.randrange(300, 6000)}}}">')


def _binary(rng: random.Random) -> bytes:
    return zlib.compress(rng.randbytes(200) * 3)


KINDS: Final[dict[str, tuple[int, tuple[str, ...] | Callable[[random.Random], bytes]]]] = {
    ".py": (24, (
        "{indent:4}def {snake:3}(self, {snake:1}: str, {snake:2}: int = 0) -> None:",
        "{indent:4}{snake:2} = self._{snake:2}({snake:1}, {number:999})",
        '{indent:4}raise {camel:2}Error(f"cannot {snake:1} {{{snake:2}!r}}")',
        "{indent:4}from {snake:1}.{snake:2} import {camel:3}",
        '{indent:4}assert {snake:2}["{snake:1}"] == "{path:4}"',
        "{indent:4}# {text:11}",
        "",
    )),
    ".java": (17, (
        "import org.{snake:1}.{snake:1}.{camel:4};",
        "\tprivate final {camel:5} {snake:1}{camel:2};",
        "\t\tthis.{snake:1} = new {camel:6}({snake:1}, {snake:1});",
        "\tpublic void {snake:1}{camel:7}() throws {camel:2}Exception {{",
        "\t * {text:10}",
        "\t}}",
    )),
    ".ts": (12, (
        "import {{ {camel:2}, {camel:3} }} from '../../{path:5}';",
        "  const {snake:1} = await this.{snake:1}.{snake:1}({{ id }});",
        "  /** {text:9} */",
        "  it('{text:6}', () => {{",
        "  }});",
    )),
    ".go": (12, (
        "func (s *{camel:2}) {camel:3}(ctx context.Context) error {{",
        "\tif err := s.{camel:2}(ctx, &{camel:4}{{}}); err != nil {{",
        '\t\treturn fmt.Errorf("{snake:1}: %w", err)',
        '\t"github.com/{path:3}/{snake:1}"',
        "\t}}",
    )),
    ".md": (11, (
        "{text:14}",
        "[{snake:1}](https://docs.example.org/{path:5}?v=%2Flatest)",
        "    $ git checkout {hex:40}",
        "## {text:4}",
        "",
    )),
    ".yaml": (8, (
        "{indent:2}{snake:1}: {path:3}",
        "{indent:2}- uses: actions/{snake:1}@{hex:40}",
        "{indent:2}{camel:2}: !Sub ${{AWS::StackName}}-{snake:2}",
        "{indent:2}description: {text:8}",
    )),
    ".json": (7, (
        '      "{camel:2}": "{path:6}",',
        '      "arn": "arn:aws:{snake:1}:eu-west-1:1{number:99999999999}:x/y",',
        '      "url": "https:\\/\\/example.org\\/{snake:2}",',
        '      "{snake:2}": {number:1000000},',
        "    }}, {{",
    )),
    ".csv hashes": (2, tuple(
        f"{{hex:{digits}}},{{number:1000000000}},{{path:4}}" for digits in (32, 40, 40, 64)
    )),
    ".min.js": (2, _minified),
    ".json lock": (1, (
        '      "resolved": "https://registry.example.org/{snake:1}/-/{snake:1}.tgz",',
        '      "integrity": "sha512-{base64:64}",',
    )),
    ".sum": (1, ("github.com/{path:2} v1.{number:40}.0 h1:{base64:32}",)),
    ".html": (1, _image),
    ".bin": (2, _binary),
}  # fmt: skip
"""Extension, and a word where two kinds share it, to a weight and what its lines are made from."""


class SourceFile(NamedTuple):
    """A made-up file."""

    path: str
    kind: str
    lines: list[bytes]


def pool(rng: random.Random, kind: str) -> list[bytes]:
    """Return lines of `kind`, from which files are put together."""
    return [line(rng, kind) for _ in range(_POOL)]


def line(rng: random.Random, kind: str) -> bytes:
    """Return a made-up line of `kind`."""
    made = KINDS[kind][1]
    return _filled(rng, rng.choice(made)) if isinstance(made, tuple) else made(rng)


def source_files(
    rng: random.Random, pools: Mapping[str, list[bytes]], lengths: Iterable[float]
) -> Iterator[SourceFile]:
    """Yield a file of each of `lengths`, in bytes, of one of the kinds in `pools`.

    Lines are kept whole: a file has up to a line more.
    """
    for number, length in enumerate(lengths):
        (kind,) = rng.choices(list(pools), [KINDS[kind][0] for kind in pools])
        # Twenty files share a folder: the number of the folder is the seed of its name.
        folder = random.Random(number // 20)
        extension = kind.partition(" ")[0]
        path = f"{snake(folder, 1)}/{snake(folder, 1)}/{snake(folder, 2)}_{number}{extension}"

        lines: list[bytes] = []
        left = length
        while left > 0:
            lines.append(rng.choice(pools[kind]))
            left -= len(lines[-1]) + 1
        yield SourceFile(path, kind, lines)
