"""Names of files in which tools keep AWS access keys: they name a secret that nothing else names.

The names are those of the AWS CLI and SDKs, of the files that the IAM console downloads, and of
programs that use S3: s3cmd, boto 2, rclone, s3fs-fuse, s3curl, s3backer, fog.
"""

from __future__ import annotations

import re

from scanner.expressions import compile_later

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_NAMES: Final = compile_later(
    r"""
    (?:^|[/\\!])
    (?:
        credentials | \.aws[/\\]config
      | (?:.{0,64}_)?accesskeys\.csv | rootkey(?:\s?\(\d\))?\.csv
      | (?:new_user_)?credentials(?:\s?\(\d\))?\.csv
      | awscredentials\.properties | \.awssecret | \.aws-secrets
      | \.?s3cfg | s3cmd\.ini | \.boto | boto\.cfg | rclone\.conf | \.rclone\.conf
      | \.?passwd-s3fs | \.s3curl | \.s3backer_passwd | s3backer_passwd | \.fog
    )
    $
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_of_aws_tool(path: str) -> bool:
    """Return whether the last part of `path` is a name under which a tool keeps AWS keys."""
    return _NAMES.search(path) is not None
