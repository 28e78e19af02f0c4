"""The plain forms of ``decide`` and ``heartbeat beat``, read without click.

Cron, timers and pipelines call these two again and again, and always alike. Importing
click costs a beat more than its own work, so what plainly says ``--policy FILE``, and
after it perhaps ``--format``, is read here. Everything else is left to click, and means
the same there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

PLAIN = {
    ("decide",): "gonogo.cli.verdict:verdict",
    ("heartbeat", "beat"): "gonogo.cli.beat:beat",
}
"""The words of a command -> the function behind it, of the policy's file and the format."""


def plain_call(arguments: list[str]) -> Callable[[], object] | None:
    """Return the call that the arguments plainly ask for; ``None`` where click has to read them."""
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
