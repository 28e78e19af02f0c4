"""The settings of the HTTP client: bounds, credentials and trusted authorities."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta

from msgspec import Struct, field

from gonogo.errors import UsageError

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OWN_KEYS = {"authorization": "authorization or basic_auth"}
_RESERVED = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "www-authenticate",
    )
)
"""Headers that the client writes itself, or that change how a message is read. Source: Prometheus,
``common/config/headers.go``; RFC 9110, section 7.6.1."""


class HttpSettings(Struct, frozen=True):
    """The settings for asking a server.

    Attributes:
        timeout: the longest time for one answer, its retries included.
        longest_connect: the longest time for one attempt to connect. A host that drops packets is
            reported sooner than a host that computes.
        at_its_longest: true if no policy can make the command wait longer.
        max_bytes: the largest number of bytes of one answer, and of all answers read at one
            time, on the wire and after decompression.
        authorization: the whole value of the ``Authorization`` header.
        basic: user and password, used if there is no ``authorization``.
        headers: further headers of every request, such as ``X-Scope-OrgID``. Each value is
            treated as a secret.
        ca_file: PEM file of the authorities to trust instead of the system's authorities.
        cert_file: PEM file of the client certificate.
        key_file: PEM file of the certificate's key, if the key is not in ``cert_file``.
        server_name: the name that the server's certificate must have, if not the host's name.
        verify: true if the server's certificate is checked.
    """

    timeout: timedelta = timedelta(seconds=10)
    longest_connect: timedelta = timedelta(seconds=5)
    at_its_longest: bool = False
    max_bytes: int = 268_435_456
    authorization: str | None = None
    basic: tuple[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    server_name: str | None = None
    verify: bool = True

    def __post_init__(self) -> None:
        """Refuse a header that cannot be sent by HTTP.

        Raises:
            UsageError: a header has a line break or a character outside of printable ASCII. The error does not
                repeat the header's value.
        """
        if self.authorization is not None and not sendable(self.authorization):
            raise UsageError(
                "the credentials cannot be sent",
                why="they contain a line break, or a character outside of printable ASCII",
                next_step="see the file that authorization.credentials_file names in the policy",
            )
        for name, value in self.headers.items():
            if mistake := header_mistake(name):
                raise UsageError(
                    f"the header {name!r} cannot be sent", why=mistake, next_step="see prometheus.headers in the policy"
                )
            if not sendable(value):
                raise UsageError(
                    f"the header {name} cannot be sent",
                    why="its value is empty, or contains a line break or a character outside of printable ASCII",
                    next_step=f"see prometheus.headers.{name} in the policy",
                )

    def __repr__(self) -> str:
        """Return some settings, and no secret."""
        return f"HttpSettings(timeout={self.timeout!r}, max_bytes={self.max_bytes!r}, verify={self.verify!r})"

    def header(self) -> str | None:
        """Return the value of the ``Authorization`` header, or None."""
        if self.authorization is not None or self.basic is None:
            return self.authorization
        return "Basic " + b64encode(":".join(self.basic).encode()).decode()

    def secrets(self) -> tuple[str, ...]:
        """List every text that must not be shown, the longest first."""
        header = self.header()
        shown = {header, header.partition(" ")[2]} if header is not None else set()
        password = (self.basic[1],) if self.basic else ()
        found = {*shown, *password, *self.headers.values()} - {""}
        return tuple(sorted(found, key=len, reverse=True))


def header_mistake(name: str) -> str:
    """Return why a header of this name cannot be sent, as a clause; empty if it can be sent."""
    if not _HEADER_NAME.fullmatch(name):
        return "is not a valid header name: use letters, digits and -"
    if (key := _OWN_KEYS.get(name.lower())) is not None:
        return f"has keys of its own: use {key}"
    return "is written by the HTTP client itself" if name.lower() in _RESERVED else ""


def sendable(value: str) -> bool:
    """Return whether a header can have this value: printable ASCII, not empty, without spaces around it."""
    return value.isascii() and value.isprintable() and bool(value) and value == value.strip()
