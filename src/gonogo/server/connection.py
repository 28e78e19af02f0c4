"""One connection to a server: by TLS or not, with a bound on the time that connecting may take."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection

from gonogo.server.address import DEFAULT_PORTS, Address


class Connection(HTTPConnection):
    """A connection for one question; ``sock`` is there from the first moment, so that it can be shut in any.

    ``timeout`` is for each step of connecting. From then on nothing here bounds the
    time: that is for whoever shuts the socket.
    """

    def __init__(self, address: Address, timeout: float, tls: tuple[ssl.SSLContext, str] | None) -> None:
        """Name the server, and for ``https`` whom to trust and which name the certificate must bear."""
        super().__init__(address.host.rstrip("."), address.port, timeout=timeout)
        self.default_port = DEFAULT_PORTS[address.scheme]  # what ``Host`` does not repeat
        self._name = address.host  # a final dot is for the resolver only
        self._tls = tls

    def connect(self) -> None:
        """Resolve the name, connect, and shake hands.

        Raises:
            OSError: one of these failed, or took too long.
            ValueError: the name, or the one of the certificate, cannot be one.
        """
        try:
            self.sock = socket.create_connection((self._name, self.port), self.timeout)
        except UnicodeError as error:
            raise ValueError(f"{self._name!r} cannot be a host's name") from error
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            context, server_name = self._tls
            self.sock = secured = context.wrap_socket(
                self.sock, server_hostname=server_name.rstrip("."), do_handshake_on_connect=False
            )
            secured.do_handshake()
        self.sock.settimeout(None)
