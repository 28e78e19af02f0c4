"""Reports the state of a service to systemd.

Source: ``sd_notify(3)``. A notice is one datagram to the socket that ``NOTIFY_SOCKET`` names.
A name that begins with ``@`` is in the abstract namespace.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """The socket of the service manager. ``address`` is ``None`` if there is no service manager."""

    address: str | None

    def tell(self, *lines: str) -> None:
        """Send lines such as ``READY=1``. If the service manager is gone, the service goes on."""
        if self.address is None:
            return
        import socket  # noqa: PLC0415 - a single beat needs no socket

        name = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door, suppress(OSError):
            door.setblocking(False)
            door.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), name)
