"""Tells systemd how a service is doing.

Source: ``sd_notify(3)``: one datagram to the socket that ``NOTIFY_SOCKET`` names;
a name that begins with ``@`` is in the abstract namespace.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """Where to tell it; ``address`` is ``None`` when nobody wants to know."""

    address: str | None

    def tell(self, *lines: str) -> None:
        """Send lines such as ``READY=1``; a service manager that is gone is no reason to stop the service."""
        if self.address is None:
            return
        import socket  # noqa: PLC0415 - a single beat needs no socket

        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door, suppress(OSError):
            door.setblocking(False)
            door.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), name)
