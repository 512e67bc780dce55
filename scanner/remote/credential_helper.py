"""The program that gives git a password: for one server, and on no command line.

It is a credential helper (gitcredentials(7)) and no askpass: git asks the former over a pipe, while
the question for the latter, with the user name in it, is an argument that every user of the machine
can see. The login is in variables of that git alone.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Final

from scanner.files import write_whole

if TYPE_CHECKING:
    from scanner.remote.address import Address
    from scanner.remote.login import Login

_SCRIPT: Final = b"""\
#!/bin/sh
# Answers git for one server; `store` and `erase` are for helpers that keep something.
[ "$1" = get ] || exit 0
while IFS='=' read -r key value; do
    case $key in
        protocol) protocol=$value ;;
        host) host=$value ;;
    esac
done
if [ "$protocol" = https ] && [ "$host" = "$KEYCATCH_LOGIN_SERVER" ]; then
    printf 'username=%s\\npassword=%s\\n' "$KEYCATCH_LOGIN_USER" "$KEYCATCH_LOGIN_PASSWORD"
else
    echo quit=1
fi
"""


def install(folder: str, address: Address, login: Login) -> tuple[str, dict[str, str]]:
    """Write the program to the private `folder`.

    Returns the value for `credential.helper`, and the variables that git has to have. Raises
    OSError.
    """
    path = os.path.join(folder, "login")
    write_whole(path, [_SCRIPT], 0o700, exact=True)
    # With `!`, git hands the rest to a shell, which undoes the quoting (git-config(1)).
    return f"!{shlex.quote(path)}", {
        "KEYCATCH_LOGIN_SERVER": address.server,
        "KEYCATCH_LOGIN_USER": login.user,
        "KEYCATCH_LOGIN_PASSWORD": login.secret.reveal().decode("utf-8", "surrogateescape"),
    }
