"""Collects the mistakes of a policy, each with its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from gonogo.errors import Problem
from gonogo.formats.yaml import YamlDocument

Loc = tuple[str | int, ...]
"""A path of keys and places into the policy, such as ``("slos", 0, "name")``."""

_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
    type(None): "null",
}
SECRET_KEYS = frozenset({"password", "credentials", "bearer_token", "secret", "token"})
"""Keys whose values must not be in a policy, and must not be repeated in a message."""


class Complaints:
    """The mistakes of one policy file, in the order in which they were found."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self.problems: list[Problem] = list(document.problems)
        self._locs: list[Loc] = []

    def about(
        self,
        loc: Sequence[str | int],
        message: str,
        next_step: str = "",
        *,
        key: bool = False,
        offset: int | None = None,
    ) -> None:
        """Add a mistake at the value of ``loc``, at a character of it, or with ``key`` at the key itself."""
        place = self._document.key_position(loc) if key else self._document.position(loc)
        characters = () if offset is None else self._document.character_positions(loc)
        if offset is not None and offset < len(characters):
            place = characters[offset]
        self.problems.append(Problem(place, f"{dotted(loc)}: {message}" if loc else message, next_step))
        self._locs.append(tuple(loc))

    def touch(self, *loc: str | int) -> bool:
        """Return whether ``loc``, a part of it or a mapping around it has a mistake."""
        return any(found[: len(loc)] == loc[: len(found)] for found in self._locs)

    def unknown_key(self, loc: Loc, known: Iterable[str]) -> None:
        """Add the mistake that a key does not exist at its place. The message never repeats the value."""
        name = str(loc[-1])
        if name in SECRET_KEYS:
            hint = f"name the file with the secret in {name}_file, or its environment variable in {name}_env"
            self.about(loc, "a secret does not belong in a policy", hint, key=True)
            return
        hint = did_you_mean(name, known)
        self.about(loc, "there is no such key", hint or f"known keys: {', '.join(sorted(known))}", key=True)


def original_place(loc: Loc, unusable: Collection[Loc]) -> Loc:
    """Return the place that ``loc`` had before the unusable entries of lists were left out."""
    found: Loc = ()
    for step in loc:
        if isinstance(step, int):
            place = -1
            for _ in range(step + 1):
                place += 1
                while (*found, place) in unusable:
                    place += 1
            found = (*found, place)
        else:
            found = (*found, step)
    return found


def dotted(loc: Sequence[str | int]) -> str:
    """Return a path in its usual form: ``slos[0].name``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return text.removeprefix(".")


def kind(value: object) -> str:
    """Return the name of a value's type. The value itself may be a secret."""
    return _KINDS.get(type(value), "something else")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest of the known words; empty if no word is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    near = get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


class PolicySeverity(StrEnum):
    """The severity of a finding. An error stops every command. A warning is printed with its numbers."""

    ERROR = "error"
    WARNING = "warning"


class PolicyFinding(Struct, frozen=True):
    """A mistake in a policy. ``check`` is the name of the check, ``loc`` is the key with the mistake.

    ``offset`` is the place of the first wrong character in the text of the key, counted from 0.
    """

    check: str
    severity: PolicySeverity
    loc: Loc
    message: str
    next_step: str = ""
    offset: int | None = None
