"""Decides where a redirect leads, and whether a read may follow it there.

A read follows a redirect only to the same host: on the same port, or from ``http`` to
``https``. So no credential and no header of the policy ever reaches another server. A
request that acts is never sent a second time.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from gonogo.errors import UsageError
from gonogo.server.address import Address, parse_address
from gonogo.server.question import Question

MOST_REDIRECTS = 5
"""Redirects that one read follows."""

_REDIRECTS = range(300, 400)
_FOLLOWED = frozenset((301, 302, 303, 307, 308))
"""Statuses that name another place to read from. Source: RFC 9110, section 15.4."""


class NotFollowed(Exception):
    """A redirect that gonogo does not follow; the text says why, as a clause."""


def is_redirect(status: int) -> bool:
    """Tell whether a status says that the answer is elsewhere."""
    return status in _REDIRECTS


def next_question(question: Question, status: int, location: str) -> Question:
    """Return the same question, asked at the place to which a redirect points.

    Raises:
        NotFollowed: the question acts, or the place is none that a read may go to.
    """
    if question.method != "GET":
        raise NotFollowed("a request with a body is not sent a second time")
    if status not in _FOLLOWED or not location:
        raise NotFollowed("it names no place to read from")
    address, query = _place(question, location)
    old = question.address
    if address.host != old.host:
        raise NotFollowed("that is another host, which must not see the credentials and headers of the policy")
    upgraded = (old.scheme, address.scheme) == ("http", "https")
    if not upgraded and (old.scheme, old.port) != (address.scheme, address.port):
        raise NotFollowed("that is another port, or plain http after https")
    there = replace(address, prefix="")
    return replace(question, address=there, path=address.prefix, query=query, first_url=question.url)


def _place(question: Question, location: str) -> tuple[Address, str]:
    try:
        parts = urlsplit(urljoin(f"{replace(question.address, prefix='')}{question.target}", location))
        path = parts.path or "/"
        server = parse_address(f"{parts.scheme}://{parts.netloc}")
    except (ValueError, UsageError) as error:
        raise NotFollowed("that is no URL of a server") from error
    return replace(server, prefix=path), parts.query
