"""Where a server is: its URL taken apart, put together again, and safe to show."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from gonogo.errors import UsageError

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Scheme -> the port that a URL need not name."""

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Address:
    """A server's base URL; ``prefix`` is its path without a final slash, empty at the root."""

    scheme: str
    host: str
    port: int
    prefix: str

    def __str__(self) -> str:
        """Write the URL as it may be shown: there is nothing secret in it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, where compression costs more than it saves."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(url: str) -> Address:
    """Take a server's base URL apart.

    Raises:
        UsageError: it is no ``http`` or ``https`` URL, or it carries a user, a password,
            a query or a fragment; none of these is repeated in the error.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unusable("no URL", "its host or port cannot be read") from error
    _refuse_extras(url, parts)
    host = parts.hostname or ""
    return Address(parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, parts.path.rstrip("/"))


def _refuse_extras(url: str, parts: SplitResult) -> None:
    if parts.username is not None or parts.password is not None:
        raise _unusable("a URL with a user or password in it", "it would be shown in logs and process lists")
    if _UNPRINTABLE.search(url) or parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise _unusable("no URL of a server", "it must be http:// or https:// and a host")
    if parts.query or parts.fragment:
        raise _unusable("a URL with a query or fragment", "only a path can be kept in front of the API's own")


def _unusable(what: str, why: str) -> UsageError:
    return UsageError(
        f"the server's address is {what}",
        why=why,
        next_step="write it as http://host:9090 or https://host/prefix, and secrets as files in the policy",
    )
