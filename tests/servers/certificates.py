"""Certificates made on the fly, so that tests meet every way one can be wrong."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key as PEM files; `authority` is what a client must trust."""

    certificate: Path
    key: Path
    authority: Path


def make_certificate(
    directory: Path,
    names: tuple[str, ...] = ("localhost", "127.0.0.1", "mail.firm.example"),
    *,
    expired: bool = False,
) -> Certificate:
    """Make an authority and a leaf certificate for `names`; host names and addresses may mix."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Postroom test authority")])
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key(), expired=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    leaf = (
        _builder(subject, authority_name, key.public_key(), expired=expired)
        .add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), False)
        .sign(authority_key, hashes.SHA256())
    )
    return _written(directory, leaf, authority, key)


def _written(
    directory: Path,
    leaf: x509.Certificate,
    authority: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
) -> Certificate:
    """Put it into PEM files."""
    directory.mkdir(parents=True, exist_ok=True)
    made = Certificate(directory / "leaf.pem", directory / "leaf.key", directory / "authority.pem")
    made.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made


def make_self_signed(directory: Path, name: str) -> Certificate:
    """Make a certificate that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    leaf = (
        _builder(subject, subject, key.public_key(), expired=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name)]), False)
        .sign(key, hashes.SHA256())
    )
    return _written(directory, leaf, leaf, key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, expired: bool
) -> x509.CertificateBuilder:
    today = datetime.datetime.now(datetime.UTC)
    ends = today - datetime.timedelta(days=1) if expired else today + datetime.timedelta(days=2)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=3))
        .not_valid_after(ends)
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
