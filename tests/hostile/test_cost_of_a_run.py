"""What a repository can cost: in proportion to its size, or up to a limit that the report names.

Without the limits each of these takes minutes or gigabytes; the seconds here only show which of the
two it is.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from time import process_time

import pytest

from scanner.aws.partitions import near
from scanner.content import Layer
from scanner.decoders import interface
from scanner.decoders.interface import Pool
from scanner.engine.catalogue import Catalogue
from scanner.engine.gather import LONG_NAMES, gather
from scanner.errors import ConfigError
from scanner.line_hash import LineHashes
from scanner.rulebook.patterns import compile_pattern
from scanner.settings import load_at
from scanner.toml_depth import is_too_deep

_PATIENCE = 30.0
"""Seconds of the processor: a hundred times what these take on a slow machine."""


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    began = process_time()
    yield
    assert process_time() - began < _PATIENCE


# -- keys of TOML -------------------------------------------------------------------------------

_KEYS = (
    "a" + ".a" * 40_000 + " = 1\n",
    "[" + "a." * 40_000 + "a]\n",
    "[[" + "a . " * 40_000 + "a]]\n",
    '"a"' + '."a"' * 20_000 + " = 1\n",
    "'a'" + ".'.'" * 20_000 + " = 1\n",
    "x = {" + "a." * 40_000 + "a = 1}\n",
    "".join(f"a{'.a' * 200}.b{number} = 1\n" for number in range(2000)),
    "x = 'a'\n# it's\n" + "a.'b'\t.\t" * 20_000 + "a = 1\n",
)


@pytest.mark.parametrize("text", _KEYS)
@pytest.mark.parametrize("name", [".keycatch.toml", "pyproject.toml"])
def test_a_deep_key_of_a_configuration_is_refused(text: str, name: str) -> None:
    content = f"# keycatch\n{text}".encode()
    with pytest.raises(ConfigError, match="nested too deeply"):
        load_at(lambda asked: content if asked == name else None, "", "0" * 40)


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + "a." * 500 + "'\n",
        'x = """' + "a." * 500 + '"""\n',
        "x = [" + "1.5, " * 500 + "]\n",
        "# " + "a." * 500 + "\n",
        "".join(f"a.b{number} = 1\n" for number in range(100)),
        'x = "\\"' + "a." * 500 + '"\n',
    ],
)
def test_dots_that_are_in_no_key_are_no_depth(text: str) -> None:
    assert not is_too_deep(text)


@pytest.mark.parametrize(
    "piece", ['\\"""', '"""\\', "'''\"", '"\\', "a ", "a", "' ", "#'\n", '""', "a . "]
)
def test_the_search_for_deep_keys_is_linear(piece: str) -> None:
    is_too_deep(piece * (1_000_000 // len(piece)) + "." * 40)


# -- names near a key ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    [b"a.", b"a-", b".", b"a.a-a.", b"us-gov-", b"eusc-", b"us-isob-", b"arn:aws-", b"amazonaws."],
)
def test_names_near_many_keys_are_searched_for_once(piece: bytes) -> None:
    text = piece * (60_000 // len(piece))
    for start in range(0, len(text), 3):
        near(text, start, start + 20)


@pytest.mark.parametrize("before", [0, 1, 250, 4000])
def test_a_host_is_near_by_its_first_label(before: int) -> None:
    text = b"x" * before + b" sts.cn-north-1.amazonaws.com.cn " + b"y" * 300
    assert near(text, before + 40, before + 60) == "aws-cn"
    assert near(text, 0, before) == "aws-cn"


# -- patterns of users --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "ABCD(a{1000}){1000}",
        "ABCD((a{100}){100}){100}",
        "ABCD{9999999}",
        "ABCD(?:[a-z]{999}b){9999}",
        "ABCD(?i:(?:a|b){500}){5000}",
        "(?<=(?:a{2000}){2000})ABCD",
        "(" * 4000 + "a" + ")" * 4000,
        "a" * 10_001,
    ],
)
def test_a_pattern_that_explodes_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"too much|too deeply|longer than"):
        compile_pattern(pattern, shipped=False)


@pytest.mark.parametrize("pattern", ["[A-Z]{20}-[a-z]{40}-[0-9]{300}", r"a{4,}\{b\}", r"\p{L}{20}"])
def test_a_pattern_with_long_repeats_in_a_row_is_compiled(pattern: str) -> None:
    compile_pattern(pattern, shipped=False)


# -- hashes of lines ----------------------------------------------------------------------------


@pytest.mark.parametrize("line", [b"\n", b"a\n", b"a\nb\n", b"\r\n"])
@pytest.mark.parametrize("order", [1, -1])
def test_many_hashes_of_many_lines(line: bytes, order: int) -> None:
    hashes = LineHashes(line * 100_000)
    for number in range(1, 100_000, 10)[::order]:
        hashes.line(number)


def test_hashes_are_the_same_in_every_order() -> None:
    data = b"".join((b"a\n", b"b\n", b"\n", b"a b\r\n")[n * n % 4] for n in range(400))
    expected = list(LineHashes(data).all_lines())
    numbers = [(n * 37) % len(expected) + 1 for n in range(500)]
    hashes = LineHashes(data)
    assert [hashes.line(n) for n in numbers] == [expected[n - 1] for n in numbers]


# -- archives -----------------------------------------------------------------------------------


def _zip(names: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def test_long_names_of_members_are_a_limit() -> None:
    data = gzip.compress(_zip(["n" * 60_000 + str(number) for number in range(400)]))
    gathered = gather(Catalogue(()), Layer(data))
    assert ("decoder-limit", LONG_NAMES) in gathered.problems


@pytest.fixture
def small_pool(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Catalogue]:
    def make() -> Catalogue:
        catalogue = Catalogue(())
        catalogue.pool = Pool(layers=3000, size=8 << 20)
        return catalogue

    return make


def test_many_small_bombs_share_what_a_run_may_cost(small_pool: Callable[[], Catalogue]) -> None:
    catalogue = small_pool()
    bomb = gzip.compress(bytes(4 << 20))
    left = [gather(catalogue, Layer(bomb)).problems for _ in range(6)]
    assert left[0] == []
    assert ("decoder-limit", interface.OVER_RUN) in left[-1]


def test_many_small_files_of_many_layers_share_them(
    small_pool: Callable[[], Catalogue],
) -> None:
    catalogue = small_pool()
    many = gzip.compress(_zip([f"{number}" for number in range(3000)]))
    left = [gather(catalogue, Layer(many)).problems for _ in range(6)]
    assert left[0] == []
    assert ("decoder-limit", interface.OVER_RUN) in left[-1]


def test_what_is_in_proportion_to_its_size_costs_no_pool() -> None:
    pool = Pool(layers=0, size=0)
    catalogue = Catalogue(())
    catalogue.pool = pool
    data = gzip.compress(os.urandom(2 << 20))
    assert [gather(catalogue, Layer(data)).problems for _ in range(3)] == [[], [], []]
