"""A certificate of our own for `--tls auto`: phones need a secure context, and a test street has no domain name."""

import datetime as dt
import ipaddress
import socket
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nuandeng.embedded.secrets import write_private

_LASTS = dt.timedelta(days=397)
_RENEWED_BEFORE = dt.timedelta(days=30)


def local_certificate(folder: Path, now: dt.datetime) -> tuple[Path, Path]:
    """The certificate and key in `folder`, made when absent, when it ends soon, or when the machine has another address.

    Args:
        now: aware.
    """
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = _names()
    if certificate.exists() and key.exists() and _still_good(certificate.read_bytes(), names, now):
        return certificate, key
    folder.mkdir(parents=True, exist_ok=True)
    made_key, made = _make(names, now)
    write_private(key, made_key)
    write_private(certificate, made)
    return certificate, key


def _names() -> list[x509.GeneralName]:
    addresses = {"127.0.0.1", "::1"}
    for card in psutil.net_if_addrs().values():
        addresses.update(a.address.partition("%")[0] for a in card if a.family in (socket.AF_INET, socket.AF_INET6))
    hosts = sorted({"localhost", socket.gethostname()})
    return [*(x509.DNSName(host) for host in hosts), *(x509.IPAddress(ipaddress.ip_address(a)) for a in sorted(addresses))]


def _still_good(pem: bytes, names: list[x509.GeneralName], now: dt.datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    return certificate.not_valid_after_utc - now > _RENEWED_BEFORE and set(names) <= set(covered)


def _make(names: list[x509.GeneralName], now: dt.datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nuandeng on this machine")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(serialization.Encoding.PEM)
