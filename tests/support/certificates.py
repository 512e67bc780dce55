"""The one maker of certificates for servers on loopback, good and bad."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """Signs certificates, and is believed where `bundle` is."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self._directory = directory
        self._key, self._certificate = self._make(name, None, NOW - DAY, NOW + 9 * DAY)
        self.bundle = self._write(f"{name}.crt", self._certificate)

    def _make(self, name: str, signer: Any, begin: Any, end: Any) -> tuple[Any, Any]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(signer[1].subject if signer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName(_names(name)), critical=False)
            .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    (signer[0] if signer else key).public_key()
                ),
                False,
            )
            .add_extension(
                x509.KeyUsage(True, *[False] * 4, signer is None, signer is None, False, False),
                True,
            )
            .sign(signer[0] if signer else key, hashes.SHA256())
        )
        return key, made

    def _write(self, name: str, *parts: Any) -> Path:
        path = self._directory / name
        pem = serialization.Encoding.PEM
        path.write_bytes(b"".join(
            part.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            if hasattr(part, "private_bytes") else part.public_bytes(pem)
            for part in parts
        ))  # fmt: skip
        return path

    def context(
        self,
        name: str = "localhost",
        begin: Any = NOW - DAY,
        end: Any = NOW + DAY,
        own: bool = False,
    ) -> ssl.SSLContext:
        """Return what a server needs that shows a certificate; with `own` nobody has signed it."""
        signer = None if own else (self._key, self._certificate)
        key, certificate = self._make(name, signer, begin, end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._write(f"{name}.pem", key, certificate))
        return context


def _names(name: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return names
