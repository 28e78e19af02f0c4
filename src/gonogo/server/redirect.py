"""Decides whether a read may follow a redirect, and to which place.

A read follows a redirect only to the same host: on the same port, or from ``http`` to
``https``. So no credential and no header of the policy ever reaches another server. A
request for an action is never sent a second time.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from gonogo.errors import UsageError
from gonogo.server.address import Address, parse_address
from gonogo.server.question import Question

MOST_REDIRECTS = 5
"""The largest number of redirects that one read follows."""

_REDIRECTS = range(300, 400)
_FOLLOWED = frozenset((301, 302, 303, 307, 308))
"""Statuses that name another place to read from. Source: RFC 9110, section 15.4."""


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
