"""Lets a server write an expression in its own spelling."""

from __future__ import annotations

from gonogo.errors import SourceError
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import text

_PATH = "/api/v1/format_query"


def formatted(client: Client, base_url: str, promql: str) -> str | None:
    """Return an expression as the server spells it; None if the server cannot read it, or has no such answer."""
    try:
        return ask(client, base_url, _PATH, lambda told: text(told.get("data"), "the expression"), {"query": promql})
    except SourceError:
        return None
