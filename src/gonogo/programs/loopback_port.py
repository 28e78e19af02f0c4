"""A port on loopback that stays ours, whether or not the server on it is up."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def reserve_port(port: int = 0) -> socket.socket:
    """Bind a port (0: a free one) without listening, and keep it until the socket is closed.

    While the reservation is held, nobody gets the port by asking for a free one, not
    even between a server's death and its restart; only a listener that sets
    ``SO_REUSEADDR``, as every Go server does, can listen there.

    Raises:
        OSError: the port is taken.
    """
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if port:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past connections may linger
        held.bind((HOST, port))
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError:
        held.close()
        raise
    return held


def port_of(held: socket.socket) -> int:
    """Give the number of a reserved port."""
    number = held.getsockname()[1]
    if not isinstance(number, int):
        raise TypeError("a TCP socket's address ends in its port")
    return number
