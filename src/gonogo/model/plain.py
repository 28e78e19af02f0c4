"""Makes text from any source safe to show on a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    r"""Escape control characters, so that a label value cannot move the cursor or hide a line.

    Line feeds and tabs stay. All other characters below space, the C1 range, and the
    characters that change the reading direction are written as ``\xNN`` or ``\uNNNN``.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character in "\n\t " or character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def one_line(text: str) -> str:
    r"""Escape line feeds and tabs too, so that a label value cannot add a line."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 rule``, ``2 rules``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
