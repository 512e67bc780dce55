"""Names of files in which tools keep AWS keys."""

from __future__ import annotations

import pytest

from scanner.aws.file_names import is_of_aws_tool


@pytest.mark.parametrize(
    "path",
    [
        ".s3cfg", "a/.s3cfg", "C:\\Users\\x\\.aws\\credentials", "backup.zip!/home/.boto",
        "rootkey (1).csv", "ci_accessKeys.csv", "new_user_credentials.csv",
        "AwsCredentials.properties",
    ],
)  # fmt: skip
def test_names(path):
    assert is_of_aws_tool(path)


@pytest.mark.parametrize(
    "path", ["x", "credentials.py", "my.s3cfg.md", "credentials/x", "boto", "keys.csv", ""]
)
def test_other_names(path):
    assert not is_of_aws_tool(path)
