"""An HTTP request as a value, and the redirects that a read may follow.

A read follows a redirect only to the same host: on the same port, or from ``http`` to
``https``. So no credential and no header of the policy ever reaches another server. A
request for an action is never sent a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urljoin, urlsplit

from msgspec import Struct

from gonogo.errors import UsageError
from gonogo.model.replacing import replace
from gonogo.server.address import Address, parse_address
from gonogo.server.http_settings import HttpSettings
from gonogo.version import __version__

LONGEST_GET = 4000
"""Characters of the longest form that goes into the URL. A longer form is sent by POST: proxies cut URLs at 8 kB."""

FORM = "application/x-www-form-urlencoded"

Form = Mapping[str, str | tuple[str, ...]]
"""The parameters of a question. A parameter with several values is repeated."""


MOST_REDIRECTS = 5
"""The largest number of redirects that one read follows."""

_REDIRECTS = range(300, 400)
_FOLLOWED = frozenset((301, 302, 303, 307, 308))
"""Statuses that name another place to read from. Source: RFC 9110, section 15.4."""


class Question(Struct, frozen=True):
    """A request. Its headers contain the credentials, so a request is never shown whole.

    A question that follows a redirect has no prefix in its address: ``path`` is the whole path.
    ``first_url`` is the URL before any redirect. The server chooses the target of a redirect, so
    only the first URL is ever shown.
    """

    method: str
    address: Address
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | None
    first_url: str = ""

    @property
    def url(self) -> str:
        """Return the URL in a form that is safe to show: without the form, and before any redirect."""
        return self.first_url or f"{self.address}{self.path}"

    @property
    def target(self) -> str:
        """Return the request's target: the prefix, the path and the form."""
        path = self.address.prefix + self.path
        return f"{path}?{self.query}" if self.query else path


def reading(settings: HttpSettings, base_url: str, path: str, form: Form) -> Question:
    """Return a read-only question. A long form is sent by POST, which Prometheus's API accepts as well.

    Raises:
        UsageError: ``base_url`` is not the URL of a server.
    """
    address = parse_address(base_url)
    query = urlencode(form, doseq=True)
    if len(query) > LONGEST_GET:
        return Question("POST", address, path, "", _headers(settings, address, FORM), query.encode())
    return Question("GET", address, path, query, _headers(settings, address), None)


def acting(settings: HttpSettings, method: str, url: tuple[str, str], body: bytes, kind: str) -> Question:
    """Return a question that asks for an action. ``url`` is the server's base URL and the path.

    Raises:
        UsageError: the base URL is not the URL of a server.
    """
    base_url, path = url
    address = parse_address(base_url)
    return Question(method, address, path, "", _headers(settings, address, kind), body)


def _headers(settings: HttpSettings, address: Address, kind: str | None = None) -> dict[str, str]:
    headers = {
        "User-Agent": f"gonogo/{__version__}",
        "Accept-Encoding": "identity" if address.is_loopback else "gzip",
        "Connection": "close",
    }
    if kind is not None:
        headers["Content-Type"] = kind
    if (authorization := settings.header()) is not None:
        headers["Authorization"] = authorization
    return headers | settings.headers


class NotFollowed(Exception):
    """A redirect that gonogo must not follow. The text is a clause that says why."""


def is_redirect(status: int) -> bool:
    """Return true if a status is a redirect."""
    return status in _REDIRECTS


def next_question(question: Question, status: int, location: str) -> Question:
    """Return the same question for the place to which a redirect points.

    Raises:
        NotFollowed: the question has a body, or a read may not go to that place.
    """
    if question.method != "GET":
        raise NotFollowed("gonogo does not send a request with a body a second time")
    if status not in _FOLLOWED or not location:
        raise NotFollowed("the redirect names no place to read from")
    address, query = _place(question, location)
    old = question.address
    if address.host != old.host:
        raise NotFollowed("another host must not see the credentials and headers of the policy")
    upgraded = (old.scheme, address.scheme) == ("http", "https")
    if not upgraded and (old.scheme, old.port) != (address.scheme, address.port):
        raise NotFollowed("gonogo does not follow a redirect to another port, or from https to http")
    there = replace(address, prefix="")
    return replace(question, address=there, path=address.prefix, query=query, first_url=question.url)


def _place(question: Question, location: str) -> tuple[Address, str]:
    try:
        parts = urlsplit(urljoin(f"{replace(question.address, prefix='')}{question.target}", location))
        path = parts.path or "/"
        server = parse_address(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, UsageError) as error:
        raise NotFollowed("that place is not the URL of a server") from error
    return replace(server, prefix=path), parts.query
