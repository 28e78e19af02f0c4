"""The authorities that a TLS connection trusts, and the client certificate that it shows."""

from __future__ import annotations

import ssl
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import SourceError


def tls_context(*, ca_file: str | None, cert_file: str | None, key_file: str | None, verify: bool) -> ssl.SSLContext:
    """Build the TLS context. ``ca_file`` replaces the system's authorities, as in Prometheus.

    Raises:
        SourceError: a file is missing or is not PEM, or the key does not match the certificate.
    """
    context = _trusting(ca_file)
    context.set_alpn_protocols(["http/1.1"])
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert_file is not None:
        _load(context, cert_file, key_file)
    return context


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    try:
        if ca_file is not None:
            read_some(Path(ca_file))
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise _unusable("the file of the certificate authority", ca_file or "", error) from error


def _load(context: ssl.SSLContext, cert_file: str, key_file: str | None) -> None:
    try:
        for file in (cert_file, key_file or cert_file):
            read_some(Path(file))
        context.load_cert_chain(cert_file, key_file, password=_no_password)
    except OSError as error:
        raise _unusable("the client certificate or its key", f"{cert_file}, {key_file or cert_file}", error) from error


def _no_password() -> str:
    """Keep OpenSSL from asking for a key's password on the terminal."""
    return ""


def _unusable(what: str, where: str, error: OSError) -> SourceError:
    why = error.strerror if not isinstance(error, ssl.SSLError) else (error.reason or "the file is not a PEM file")
    return SourceError(
        f"{what} cannot be used",
        where=where,
        why=str(why),
        next_step="see tls_config in the policy: use PEM files that this user can read, and a key without a password",
    )
