"""A server's base URL: parsed, written again, and safe to show."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from gonogo.errors import UsageError

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port of each scheme that a URL can leave out."""

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Address(Struct, frozen=True):
    """A server's base URL; ``prefix`` is its path without a final slash, empty at the root."""

    scheme: str
    host: str
    port: int
    prefix: str

    def __str__(self) -> str:
        """Write the URL. It contains no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

    @property
    def is_loopback(self) -> bool:
        """Return true if the server is on this machine, where compression costs more than it saves."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(url: str) -> Address:
    """Parse a server's base URL.

    Raises:
        UsageError: the text is not an ``http`` or ``https`` URL, or it contains a user, a password,
            a query or a fragment. The error repeats none of these.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unusable("not a URL", "its host or port cannot be read") from error
    _refuse_extras(url, parts)
    host = parts.hostname or ""
    return Address(parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, parts.path.rstrip("/"))


def _refuse_extras(url: str, parts: SplitResult) -> None:
    if parts.username is not None or parts.password is not None:
        raise _unusable("a URL with a user or password in it", "logs and process lists would show the password")
    if _UNPRINTABLE.search(url) or parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise _unusable("not the URL of a server", "the URL must be http:// or https:// and a host")
    if parts.query or parts.fragment:
        raise _unusable("a URL with a query or fragment", "the base URL of an API can only have a path")


def _unusable(what: str, why: str) -> UsageError:
    return UsageError(
        f"the server's address is {what}",
        why=why,
        next_step="write http://host:9090 or https://host/prefix, and name files with the secrets in the policy",
    )
