"""Asks a server to format an expression."""

from __future__ import annotations

from gonogo.errors import SourceError
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import text

_PATH = "/api/v1/format_query"


def formatted(client: Client, base_url: str, promql: str) -> str | None:
    """Return an expression as the server formats it; None if the server cannot read it, or has no such endpoint."""
    try:
        return ask(client, base_url, _PATH, lambda body: text(body.get("data"), "the expression"), {"query": promql})
    except SourceError:
        return None
