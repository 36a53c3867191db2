"""Certificates: those that signed themselves, and those of an authority of the tests' own, good and bad."""

from __future__ import annotations

import datetime as dt
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from onair.doctor.duplex import DuplexSocket

#: Those that are over now were good once.
_SINCE = dt.timedelta(days=365)


class Files(NamedTuple):
    """A certificate and its key, PEM files."""

    certificate: Path
    key: Path


def self_signed(folder: Path, name: str = "127.0.0.1") -> Files:
    """Make a certificate for a host, or for an address of IP, and its key: two files of this folder."""
    key = new_key()
    made = _builder(_named(name), _named(name), key, days=1).add_extension(_for_host(name), critical=False)
    files = Files(folder / "fullchain.pem", folder / "privkey.pem")
    files.certificate.write_bytes(_signed(made, key))
    files.key.write_bytes(written(key))
    return files


def trusting(certificate: Path) -> ssl.SSLContext:
    """Return what a client has that trusts a certificate, and reads and writes in two threads."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.sslsocket_class = DuplexSocket
    return context


class Authority:
    """Signs certificates.

    Args:
        folder: where its files are; ``roots`` among them is for ``SSL_CERT_FILE``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = new_key()
        self._name = _named("The authority of the tests")
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        own = (
            _builder(self._name, self._name, self._key, days=1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(identifier, critical=False)
        )
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(_signed(own, self._key))

    def context(self, name: str, *, days: float = 90) -> ssl.SSLContext:
        """Return what a server of this name has, its certificate good for so many days from now."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate(name, days=days))
        return context

    def certificate(self, name: str, *, days: float = 90) -> Path:
        """Write a certificate of this name and its key into one file, and return that."""
        key = new_key()
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = (
            _builder(_named(name), self._name, key, days=days)
            .add_extension(_for_host(name), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(issuer, critical=False)
        )
        file = self._folder / f"{name}-{days}.pem"
        file.write_bytes(written(key) + _signed(made, self._key))
        return file


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def written(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    """A key as its file has it."""
    encryption = (
        serialization.NoEncryption() if password is None else serialization.BestAvailableEncryption(password)
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: float
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SINCE)
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _signed(certificate: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _for_host(name: str) -> x509.SubjectAlternativeName:
    try:
        return x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
    except ValueError:
        return x509.SubjectAlternativeName([x509.DNSName(name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
