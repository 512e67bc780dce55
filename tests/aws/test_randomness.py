"""The randomness test: what it must keep of random secrets, and what it must not take for one.

No random string of 40 characters is written here: the project scans itself. They are generated from
a fixed seed.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws import randomness
from scanner.aws.randomness import ALPHABET, LOW_BITS, MEDIUM_BITS, regularity, score
from scanner.rulebook.files import data_path

LENGTH = 40

runs = st.lists(st.sampled_from(ALPHABET), min_size=2, max_size=80).map(bytes)


def simulated(count: int, seed: int) -> list[bytes]:
    source = random.Random(seed)
    return [bytes(source.choices(ALPHABET, k=LENGTH)) for _ in range(count)]


def cut(text: str) -> bytes:
    """Return the first 40 characters: what the test is calibrated for."""
    assert len(text) >= LENGTH
    return text[:LENGTH].encode()


def planted(piece: str) -> bytes:
    """Return a random secret whose middle is `piece`."""
    secret = simulated(1, seed=21)[0]
    assert regularity(secret) is None
    assert score(secret) > MEDIUM_BITS
    return secret[:5] + piece.encode() + secret[5 + len(piece) :]


SECRETS = simulated(20_000, seed=7)


def test_random_secrets_are_kept() -> None:
    """The expected losses are 0.9 and 0.1 of 20,000; the bounds leave room for chance."""
    scores = sorted(map(score, SECRETS))
    assert sum(bits < MEDIUM_BITS for bits in scores) <= 6
    assert sum(bits < LOW_BITS for bits in scores) <= 2
    assert 78 < scores[len(scores) // 2] < 86


def test_random_secrets_are_not_regular() -> None:
    assert sum(regularity(secret) is not None for secret in SECRETS) <= 1


IDENTIFIERS = [
    "AbstractAnnotationConfigDispatcherServletInitializer",
    "TheQuickBrownFoxJumpsOverTheLazyDogAgain",
    "getUserDefinedFunctionsRequestMarshallerFactory",
    "shouldThrowIllegalArgumentExceptionWhenNameIsNull",
    "DescribeReservedInstancesModificationsPaginator",
    "TFXLMRobertaForSequenceClassificationOutput",
    "XMLHttpRequestUploadProgressEventListenerQueue",
    "kCFStreamPropertySocketSecurityLevelNegotiatedSSL",
    "IDXGISwapChain4GetDesc1WithHDRMetadataColorSpace1",
    "BenutzerVerwaltungsSchnittstellenKonfiguration",
    "ListeDesUtilisateursActifsParDepartementEtVille",
    "testParseRFC3339DateTimeWithNanosecondsUTC2024",
]
PATHS = [
    "src/main/java/org/springframework/web/context/ContextLoader",
    "node/modules/reactDom/cjs/reactDomServerBrowserProduction",
    "Users/builder/Library/Caches/Homebrew/downloads/Cellar",
    "github/com/Azure/azure/sdk/for/go/services/Network/mgmt",
    "usr/share/doc/python3/README/Debian/Changelog/2024/11",
    "com/amazonaws/services/S3/model/GetObjectRequest",
]


@pytest.mark.parametrize("text", IDENTIFIERS + PATHS)
def test_names_and_paths_score_far_below_the_thresholds(text: str) -> None:
    assert score(cut(text)) < LOW_BITS - 20


@pytest.mark.parametrize("text", IDENTIFIERS + PATHS)
def test_it_is_the_order_of_the_characters_that_tells(text: str) -> None:
    """The same characters in another order have the same entropy and score far higher."""
    value = cut(text)
    shuffled = list(value)
    random.Random(3).shuffle(shuffled)
    assert score(bytes(shuffled)) > score(value) + 25


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"wJalrXUtnFEMI/K7MDENG/" + b"bPxRfiCY" + b"EXAMPLEKEY", "contains the word EXAMPLE"),
        (b"mySecretAccess" + b"KeyGoesHere0123" + b"PleaseFill1", "contains the word SecretAccess"),
        (b"changeMe" * 5, "contains the word changeMe"),
        (b"d187537d15254312a9609aa51bbf7624" + b"deadbeef", "only hexadecimal digits"),
        (b"D187537d15254312A9609aa51bbf7624" + b"deadBEEF", "only hexadecimal digits"),
        (b"4aef35/Earn/2cfdb9/e0e8a5/a71d07c/b1c/Co", "mostly hexadecimal digits"),
        (planted("d187537d15254312"), "16 hexadecimal digits in a row"),
        (planted("D187537D15254312"), "16 hexadecimal digits in a row"),
        (simulated(1, seed=2)[0].upper(), "no lower-case letter"),
        (simulated(1, seed=2)[0].lower(), "no upper-case letter"),
        (b"aZbYcX1aZcYbX1bZaYcX2cZbYaX2aZcYbX1bZaYc", "only 8 different characters"),
        (planted("qwerty"), "contains a row of the keyboard"),
        (planted("oIUYtr"), "contains a row of the keyboard"),
        (b"6flate22gz7bufread7GzStateECs8GJbWRAZWmK", "is a symbol of compiled Rust"),
        (b"2C+we+ask+that+use+of+ARPACK+is+properly", "is words joined by +"),
        (planted("ABCDEFG"), "contains a sequence"),
        (planted("7654321"), "contains a sequence"),
        (planted("a1b2c3d4e5"), "contains a sequence"),
        (planted("AAAAAAA"), "contains a repeated block"),
        (planted("xYp7Qn/LxYp7Qn"), "contains a repeated block"),
    ],
    ids=lambda argument: argument.replace(" ", "-") if isinstance(argument, str) else "",
)
def test_regular_patterns_are_named(value: bytes, reason: str) -> None:
    assert len(value) == LENGTH
    found = regularity(value)
    assert found is not None
    assert reason in found


def test_base64_of_text_is_named() -> None:
    value = base64.b64encode(b"Jump over it, you lazy fox! 42")
    assert len(value) == LENGTH
    assert score(value) > LOW_BITS, "the pairs alone do not show it"
    assert regularity(value) == "is base64 of text"


def test_base64_of_repetitive_data_is_named() -> None:
    source = random.Random(5)
    data = bytearray(source.randbytes(30))
    data[1::5] = b"\x07" * 6
    value = base64.b64encode(data)
    assert regularity(value) == "is base64 of repetitive data"


def test_hashes_uuids_and_numbers_never_pass() -> None:
    source = random.Random(11)
    for _ in range(200):
        digest = source.randbytes(20).hex()
        assert regularity(digest.encode())
        assert regularity(digest.upper().encode())
        path = f"Objects/{digest[:2]}/{digest[2:31]}"
        assert regularity(path.encode()), path


@given(runs, runs)
def test_score_adds_up_over_the_pairs(left: bytes, right: bytes) -> None:
    joint = score(left[-1:] + right[:1])
    assert score(left + right) == pytest.approx(score(left) + joint + score(right), abs=1e-9)


@given(st.binary(min_size=2, max_size=60))
def test_other_bytes_are_refused(value: bytes) -> None:
    if set(value) <= set(ALPHABET):
        assert math.isfinite(score(value))
    else:
        with pytest.raises(ValueError, match="alphabet"):
            score(value)


@pytest.mark.parametrize("value", [b"", b"A", b"AB=", b"A-", b"A\n", b"\xff\xfe"])
def test_too_short_or_foreign_values_are_refused(value: bytes) -> None:
    with pytest.raises(ValueError, match="alphabet"):
        score(value)


@given(st.lists(st.sampled_from(ALPHABET), max_size=60).map(bytes))
def test_regularity_takes_a_run_of_any_length(value: bytes) -> None:
    reason = regularity(value)
    assert reason is None or reason.isprintable()


@pytest.mark.parametrize("first", ALPHABET)
def test_each_row_of_the_table_is_a_probability_distribution(first: int) -> None:
    """A pair scores -6 - log2 P, so the P of a row add up to 1 but for rounding to 1/8 bit."""
    total = sum(2 ** (-6 - score(bytes((first, second)))) for second in ALPHABET)
    assert total == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize(("usual", "rare"), [(b"qu", b"uq"), (b"Th", b"hT"), (b"er", b"zx")])
def test_the_first_character_selects_the_row(usual: bytes, rare: bytes) -> None:
    assert score(usual) < 0 < score(rare)


def test_thresholds_are_in_order() -> None:
    assert 0 < LOW_BITS < MEDIUM_BITS


def test_the_table_states_its_provenance_and_stays_small() -> None:
    path = data_path("randomness.json")
    assert os.path.getsize(path) < 40_000
    with open(path, encoding="ascii") as file:
        stored = json.load(file)
    assert len(stored["rows"]) == len(ALPHABET)
    assert all(len(row) == len(ALPHABET) for row in stored["rows"])
    assert len(stored["stdlib"]["sha256"]) == 64
    assert all("==" in line and " sha256:" in line for line in stored["wheels"])
    values = list(itertools.chain.from_iterable(stored["rows"]))
    assert all(isinstance(value, int) for value in values)


def test_the_table_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    score(b"AB")

    def unexpected(name: str) -> str:
        raise AssertionError(f"{name} read again")

    monkeypatch.setattr(randomness, "data_path", unexpected)
    assert score(b"AB") == score(b"AB")
