"""Where a part of a credential is: in a file, an archive, a message or a name; in which commit."""

from __future__ import annotations

from scanner.records import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COMMIT_MESSAGE: Final = "commit-message"
"""The scope of what is in a commit object: its message, its author and its committer."""

TAG_MESSAGE: Final = "tag-message"
"""The scope of what is in an annotated tag: its message and its tagger."""

REFERENCE_NAME: Final = "reference-name"
"""The scope of the name of a branch or tag."""

WORK_TREE: Final = "work-tree"
"""The scope of a file as it is in the work tree, where the index is read as well."""

MESSAGES: Final = {COMMIT_MESSAGE: "commit message", TAG_MESSAGE: "tag message"}
"""Scopes of messages, to the words that a location has in place of a path."""

NO_FILE: Final = frozenset((*MESSAGES, REFERENCE_NAME))
"""The scopes of what is in no file. Everything else is in the file that its path names."""


class InHead(NamedTuple):
    """What the commit of HEAD has at the path of a location.

    The object is empty where HEAD has nothing at that path, and in everything but a history. The
    lines and columns are those of the same part of the same credential in that object, counted as
    in `Location`; all are 0 where it is not in there, or not decoded in the same way.
    """

    object: str = ""
    start_line: int = 0
    start_column: int = 0
    end_line: int = 0
    end_column: int = 0


_NOTHING: Final = InHead()


class Location(NamedTuple):
    """Where one part of a credential is.

    Lines and columns are 1-based and count code points; the end column is exclusive. Inside an
    archive they count within the member; for content that was decoded in place (base64, percent,
    JSON escapes) they cover the encoded characters in the file.
    """

    role: str
    """Which part of the credential is here: a key of the finding's `values`."""
    path: str
    """The file, relative to where the scan started, undecodable bytes as surrogates."""
    start_line: int
    start_column: int
    end_line: int
    end_column: int
    member: str = ""
    """The path inside the archive `path`; members of nested archives are joined with `!/`."""
    decoded: tuple[str, ...] = ()
    """The decoders that led to the value, outermost first."""
    line_hash: str = ""
    """GitHub's `primaryLocationLineHash` of the start line; filled only for SARIF."""
    object: str = ""
    """The ID of the git object, all hexadecimal digits; empty for what was read from a file.

    That is a blob; for a scope in `MESSAGES`, the commit or the tag.
    """
    commit: str = ""
    """The commit that added the content, all digits; empty where no commit is known.

    For the message of a tag, the commit that the tag points to.
    """
    author_date: str = ""
    """The author date of that commit, in ISO 8601 as `git log --format=%aI` writes it."""
    scope: str = ""
    """How the content belongs to the scan, a word of the source; empty where there is one way."""
    head: InHead = _NOTHING
    """What HEAD has at `path` now; filled by `keycatch history` only."""
    repository: str = ""
    """What `path` begins with, followed by a slash: one of several repositories."""
