"""A connection to a server, by TLS or not, with a bound on the time of connecting."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection

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
