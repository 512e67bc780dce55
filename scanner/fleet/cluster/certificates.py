"""How the client proves to a cluster who it is, and the cluster to it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from scanner.errors import KeycatchError, UsageError
from scanner.files import read_regular
from scanner.fleet.cluster.library import library
from scanner.records import NamedTuple
from scanner.secret import printable

if TYPE_CHECKING:
    from collections.abc import Callable


class Certificates(NamedTuple):
    """The files of one side of a connection; what is empty is in the configuration of Dask."""

    ca: str = ""
    certificate: str = ""
    key: str = ""


def security(given: Certificates) -> Any:
    """Return Dask's `Security` with the files `given` and those of its configuration.

    Raises KeycatchError for one that is missing or cannot be used.
    """
    named = {"ca_file": given.ca, "client_cert": given.certificate, "client_key": given.key}
    if given.certificate and not given.key:
        named["client_key"] = given.certificate  # it may have both
    files = {f"tls_{name}": path for name, path in named.items() if path}
    made = library().Security(require_encryption=True, **files)
    for option, path in (
        ("--cluster-ca", made.tls_ca_file),
        ("--cluster-cert", made.tls_client_cert),
    ):
        if not path:
            raise UsageError(
                f"--cluster tls://...: both sides show a certificate: name the file with {option}, "
                "or in the configuration of Dask (distributed.comm.tls)"
            )
    _checked(made.tls_ca_file, lambda path: ssl.create_default_context(cafile=path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    key = made.tls_client_key or made.tls_client_cert
    _checked(key, read_regular)
    _checked(made.tls_client_cert, lambda path: context.load_cert_chain(path, key, password=""))
    return made


def _checked(path: str, use: Callable[[str], object]) -> None:
    """Raise KeycatchError if the file at `path` is of no use."""
    try:
        use(path)
    except OSError as error:  # SSLError is one: no PEM, or a key of another certificate
        reason = error.strerror or str(error)
        raise KeycatchError(f"cannot use {printable(path)} for --cluster: {reason}") from None
