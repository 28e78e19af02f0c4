"""A connection to a server, by TLS or not, with a bound on the time of connecting, and the authorities it trusts."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection
from pathlib import Path

from gonogo.disk.regular_file import read_some
from gonogo.errors import SourceError
from gonogo.server.address import DEFAULT_PORTS, Address


class Connection(HTTPConnection):
    """A connection for one question. ``sock`` is set before the TLS handshake, so that another thread can shut it.

    ``timeout`` bounds each step of connecting. It does not bound the steps after that: the
    caller shuts the socket at its deadline.
    """

    def __init__(self, address: Address, timeout: float, tls: tuple[ssl.SSLContext, str] | None) -> None:
        """Name the server and, for ``https``, the authorities to trust and the name that the certificate must have."""
        super().__init__(address.host.rstrip("."), address.port, timeout=timeout)
        self.default_port = DEFAULT_PORTS[address.scheme]  # what ``Host`` does not repeat
        self._name = address.host  # a final dot is for the resolver only
        self._tls = tls

    def connect(self) -> None:
        """Resolve the name, connect, and shake hands.

        Raises:
            OSError: a step failed or took too long.
            ValueError: the host's name or the certificate's name is not valid.
        """
        try:
            self.sock = socket.create_connection((self._name, self.port), self.timeout)
        except UnicodeError as error:
            raise ValueError(f"{self._name!r} is not a valid host name") from error
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            context, server_name = self._tls
            self.sock = secured = context.wrap_socket(
                self.sock, server_hostname=server_name.rstrip("."), do_handshake_on_connect=False
            )
            secured.do_handshake()
        self.sock.settimeout(None)


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
