"""Reserves a port on loopback, and keeps it while the server on the port is down."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def reserve_port(port: int = 0) -> socket.socket:
    """Bind a port without listening, and keep the port until the socket is closed. 0 means a free port.

    While the socket is open, no process that asks for a free port gets this port, not even
    between a server's death and its restart. Only a listener that sets ``SO_REUSEADDR``, as
    every Go server does, can listen there.

    Raises:
        OSError: the port is taken.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # old connections may still be closing
        held.bind((HOST, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError:
        held.close()
        raise
    return held


def port_of(held: socket.socket) -> int:
    """Return the number of a reserved port."""
    number = held.getsockname()[1]
    if not isinstance(number, int):
        raise TypeError("a TCP socket's address ends in its port")
    return number
