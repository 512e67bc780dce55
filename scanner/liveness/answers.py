"""Reading a response of STS: the state that it proves, and whether to ask again.

The code and the message of STS's own document decide, never the HTTP status. Proxies, captive
portals and firewalls answer with any status, and a page of theirs must show a credential neither as
live nor as dead. The codes and messages are those of "Common Errors" in the STS API reference, of
"Troubleshoot Signature Version 4" in the IAM user guide, and of issues of aws-cli and other
clients. `docs/liveness.md` has the table.

Of what was received only an account, an ARN of the right form, error codes and the HTTP status are
passed on: a message of STS can repeat the request that it refuses, with the session token in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.liveness.states import Liveness, Reason, State
from scanner.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 64 << 10
"""Bytes of the longest response that is read: the documents of STS have less than one kilobyte."""
STS: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
"""The namespace of STS's documents, in every partition (botocore, model of STS 2011-06-15)."""
FRONT_END: Final = "http://webservices.amazon.com/AWSFault/2005-15-09"
"""The namespace of faults of AWS's front end, in front of STS, which prove nothing about a key."""

# Codes on which AWS's own clients try again (botocore, `retries/standard.py`), without those that
# are of other services only, and the server faults of "Common Errors".
THROTTLING: Final = frozenset((
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
    "RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException", "SlowDown",
))  # fmt: skip
FAULTS: Final = frozenset((
    "InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable",
    "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException",
))  # fmt: skip
_DEEPEST: Final = 8
"""Elements inside one another, below the root. Documents of STS have two."""

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_NAME: Final = re.compile(r"(?:[A-Z]{1,4}[a-z]{2,16}\.?){1,8}")
"""A code made of words, as AWS's are. Anything else could be a piece of the session token, so that
it is not printed."""
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z]+)*):(?:iam|sts)::(?P<account>[0-9]{12}):"
    r"(?P<kind>root|user|assumed-role|role|federated-user)(?P<name>/[!-~]{1,600})?"
)
"""An ARN of a principal; its path can have any printable ASCII (botocore, IAM model, pathType)."""
_NAMED_USER: Final = re.compile(r"User: (arn:[^\s]{1,700}) is not authorized to perform: sts:")
_PRINCIPALS: Final = {"assumed-role": "role"}
"""What reports call a principal whose ARN has another word for it."""


class Answer(NamedTuple):
    """What a response says about a credential."""

    liveness: Liveness
    again: bool = False
    """Whether to send the same request again, since the answer may be another one soon."""


def read(status: int, body: bytes, ahead: float | None = None) -> Answer:
    """Return what the response with the HTTP `status` and `body` says.

    `ahead` is by how many seconds the clock of this machine is ahead of that of the server; None if
    that is unknown. The status decides only whether to ask again after a response that is not of
    STS, whose detail names it: 429 and 5xx come from proxies and load balancers that are busy, and
    407 from a proxy that wants a password.
    """
    document = _document(body) if len(body) <= MAX_BYTES else None
    if document is not None:
        namespace, root, texts = document
        if (namespace, root) == (STS, "GetCallerIdentityResponse"):
            identity = "GetCallerIdentityResult"
            live = _live(texts.get((identity, "Arn"), ""), texts.get((identity, "Account"), ""))
            # All three elements of the response, of which the ARN and the account have to agree.
            if live is not None and texts.get((identity, "UserId")):
                return Answer(live)
        elif root == "ErrorResponse" and namespace in (STS, FRONT_END):
            code, message = texts.get(("Error", "Code"), ""), texts.get(("Error", "Message"), "")
            if _CODE.fullmatch(code):
                return _fault(code) or _error(namespace, code, message, ahead)

    not_sts = unknown(Reason.NOT_STS, f"HTTP status {status}")
    return Answer(not_sts, again=status == 429 or status >= 500)


def unknown(reason: Reason, detail: str = "") -> Liveness:
    """Return the unknown state, in which no answer counts because of `reason`."""
    return Liveness(State.UNKNOWN, reason, detail=detail)


def _fault(code: str) -> Answer | None:
    if code in THROTTLING:
        return Answer(unknown(Reason.THROTTLED), again=True)
    if code in FAULTS:
        return Answer(unknown(Reason.STS_FAULT), again=True)
    return None


def _error(namespace: str, code: str, message: str, ahead: float | None) -> Answer:
    if namespace == STS:
        known = _VERDICTS.get(code)
        liveness = known(message, ahead) if known else None
        if liveness is not None:
            return Answer(liveness)
    shown = code if _NAME.fullmatch(code) else "something else"
    return Answer(unknown(Reason.REFUSED, f"it says {shown}"))


# Each function below takes the message of an error and `ahead`, and returns None for a message that
# is not known: the same code with other words can mean something else, and proves nothing.


def _unknown_id(message: str, _ahead: float | None) -> Liveness | None:
    known = ("security token included in the request is invalid", "does not exist in our records")
    return Liveness(State.INACTIVE) if any(text in message for text in known) else None


def _expired(message: str, _ahead: float | None) -> Liveness | None:
    return Liveness(State.EXPIRED) if "expired" in message.lower() else None


def _mismatch(message: str, ahead: float | None) -> Liveness | None:
    if message.startswith(("Signature expired", "Signature not yet current")):
        return _clock(message, ahead)
    if "signature we calculated does not match" in message:
        return Liveness(State.SECRET_UNPROVEN)
    if "scoped to a valid region" in message:
        return unknown(Reason.REFUSED, "it requires another region's endpoint")
    return None


def _clock(_message: str, ahead: float | None) -> Liveness:
    detail = ""
    if ahead is not None and abs(ahead) >= 60:  # STS accepts 15 minutes; less is hardly the cause
        minutes = round(abs(ahead) / 60)
        detail = f"about {minutes:,} minute{'s' if minutes > 1 else ''} "
        detail += "ahead" if ahead > 0 else "behind"
    return unknown(Reason.CLOCK, detail)


def _denied(message: str, _ahead: float | None) -> Liveness | None:
    # No IAM policy can deny GetCallerIdentity (STS API reference), but the policy of a VPC endpoint
    # can. The message then names who asks, which only a valid signature shows.
    named = _NAMED_USER.search(message)
    return _live(named[1]) if named else None


_VERDICTS: Final[dict[str, Callable[[str, float | None], Liveness | None]]] = {
    "InvalidClientTokenId": _unknown_id,
    "ExpiredToken": _expired,
    "ExpiredTokenException": _expired,
    "SignatureDoesNotMatch": _mismatch,
    "RequestExpired": _clock,
    "AccessDenied": _denied,
    "AccessDeniedException": _denied,
}


def _live(arn: str, account: str | None = None) -> Liveness | None:
    """Return the live state for `arn`, or None if it is not an ARN or is of another account."""
    match = _ARN.fullmatch(arn)
    # Only the root user has no name.
    if match is None or (match["kind"] == "root") == bool(match["name"]):
        return None
    if account not in (None, match["account"]):
        return None

    return Liveness(
        State.LIVE,
        account=match["account"],
        arn=arn,
        principal=_PRINCIPALS.get(match["kind"], match["kind"]),
        partition=match["partition"],
    )


class _RefusedError(Exception):
    """The XML document has something that no document of STS has."""


def _document(body: bytes) -> tuple[str, str, dict[tuple[str, ...], str]] | None:
    """Return the namespace, the name of the root, and the texts by path of an XML document.

    A path is the names of elements below the root. None for a document that is not well-formed, has
    a document type (and so possibly entities), mixes namespaces or has an element twice.
    """
    from xml.parsers import expat

    path: list[str] = []
    roots: list[str] = []
    texts: dict[tuple[str, ...], str] = {}
    namespace = ""

    def start(name: str, _attributes: object) -> None:
        nonlocal namespace
        space, _, local = name.rpartition(" ")
        if not roots:
            roots.append(local)
            namespace = space
        else:
            path.append(local)
            if tuple(path) in texts or len(path) > _DEEPEST:
                raise _RefusedError
            texts[tuple(path)] = ""

        if space != namespace:
            raise _RefusedError

    def end(_name: str) -> None:
        if path:
            path.pop()

    def text(data: str) -> None:
        if path:
            texts[tuple(path)] += data

    def refuse(*_arguments: object) -> None:
        raise _RefusedError

    # A fixed encoding, since the document must not choose which codec of Python reads it. The space
    # separates the namespace from the name of an element.
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse

    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _RefusedError, ValueError):
        return None

    return namespace, roots[0], {path: found.strip() for path, found in texts.items()}
