"""Reads the plain forms of ``decide`` and ``heartbeat beat`` without click.

Cron, timers and pipelines call these two commands often, and always in the same form.
Importing click takes longer than a beat itself. So a call with ``--policy FILE`` and
perhaps ``--format`` after it is read here. click reads every other call, with the same
meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

PLAIN = {
    ("decide",): "gonogo.cli.verdict:verdict",
    ("heartbeat", "beat"): "gonogo.cli.beat:beat",
}
"""The words of a command -> its function, which takes the policy file and the format."""


def plain_call(arguments: list[str]) -> Callable[[], object] | None:
    """Return the call for arguments in the plain form; ``None`` if click must read them."""
    for words, place in PLAIN.items():
        if tuple(arguments[: len(words)]) == words:
            return _call(place, arguments[len(words) :])
    return None


def _call(place: str, options: list[str]) -> Callable[[], object] | None:
    match options:
        case ["--policy", file]:
            form = "text"
        case ["--policy", file, "--format", ("text" | "json") as form]:
            pass
        case _:
            return None
    if not file or file.startswith("-"):
        return None
    module, _, name = place.partition(":")
    return lambda: getattr(import_module(module), name)(Path(file), form)
