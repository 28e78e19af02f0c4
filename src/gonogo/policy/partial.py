"""Leaves out the parts of a policy that have mistakes, so that the rest is checked too."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gonogo.policy.complaints import Loc


def without(value: Any, unusable: Collection[Loc], here: Loc = ()) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a copy of a value without the parts at the unusable places."""
    if isinstance(value, dict):
        return {
            key: without(inner, unusable, (*here, key)) for key, inner in value.items() if (*here, key) not in unusable
        }
    if isinstance(value, list):
        kept = (place for place in range(len(value)) if (*here, place) not in unusable)
        return [without(value[place], unusable, (*here, place)) for place in kept]
    return value


def nearest(value: Any, loc: Loc) -> Loc:  # noqa: ANN401 - whatever YAML holds
    """Return the longest beginning of ``loc`` that exists in the value."""
    for depth, step in enumerate(loc):
        held = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        if step not in held:
            return loc[:depth]
        value = value[step]
    return loc


def original(loc: Loc, unusable: Collection[Loc]) -> Loc:
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
