"""Key IDs that somebody typed: `AKIA` and words, with letters that happen to decode to an account.

The 16 characters after the prefix are base32, so that a made-up one in capital letters may pass for
one that AWS has issued. In a random one the words below hardly ever cover half of the characters.
"""

from __future__ import annotations

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

# The longer ones first, since of alternatives the first that matches counts.
_WORD: Final = compile_later(
    rb"ANYTHING|PASSWORD|USERNAME|WHATEVER|ACCOUNT|ANOTHER|CREDENT|DEFAULT|DELETED|"
    rb"EXAMPLE|EXPIRED|FIXTURE|INVALID|NOTHING|PRIVATE|REMOVED|REPLACE|SERVICE|"
    rb"STAGING|TESTING|ACCESS|AMAZON|BUCKET|CANARY|CHANGE|CLIENT|CONFIG|HIDDEN|"
    rb"HOLDER|INSERT|LAMBDA|LEAKED|MASKED|MOCKED|PUBLIC|QWERTY|RANDOM|REDACT|SAMPLE|"
    rb"SECOND|SECRET|SERVER|SHOULD|STATIC|STRING|TESTER|ADMIN|BOGUS|BROWN|CREDS|"
    rb"DUMMY|ENTER|FAKED|FALSE|FIRST|HELLO|HONEY|LOCAL|NEVER|OTHER|PLACE|QUICK|"
    rb"RIGHT|SHORT|STAGE|TESTS|THREE|TOKEN|VALID|VALUE|WORDS|WORLD|WRONG|BLAH|CRED|"
    rb"DEMO|FAKE|FROM|GOES|GOOD|HERE|INTO|JUMP|LAZY|LEAK|LONG|MOCK|NAME|ONLY|"
    rb"OVER|PASS|PROD|REAL|ROLE|ROOT|SOME|SPEC|STUB|TEMP|TERM|TEST|THAT|THIS|"
    rb"UNIT|USER|WITH|YOUR|ZERO|ABC|AWS|BAR|BAZ|DEV|FOO|FOR|KEY|NEW|NOT|OLD|"
    rb"ONE|SKY|TMP|TST|TWO|XYZ"
)
_LEAST: Final = 7
"""Characters of 16 that words cover in a typed ID: in one random ID of a million."""


def words_in(body: bytes) -> tuple[str, ...]:
    """Return the words that make up most of `body`, the 16 characters after a prefix, or none."""
    words = _WORD.findall(body)
    if sum(map(len, words)) < _LEAST:
        return ()
    return tuple(word.decode("ascii") for word in words)
