"""Writes the errors of pydantic in gonogo's words. The words never repeat a value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from gonogo.policy.complaints import Complaints, Loc, kind
from gonogo.policy.schema import PolicyKeys

_KEY = "[key]"
_WORDS: Mapping[str, Callable[[ErrorDetails], str]] = {
    "value_error": lambda error: str(error["ctx"]["error"]),
    "string_type": lambda error: f"must be text, not {kind(error['input'])}",
    "int_type": lambda error: f"must be a whole number, not {kind(error['input'])}",
    "int_from_float": lambda _: "must be a whole number",
    "float_type": lambda error: f"must be a number, not {kind(error['input'])}",
    "bool_type": lambda error: f"must be true or false, not {kind(error['input'])}",
    "list_type": lambda error: f"must be a list, not {kind(error['input'])}",
    "dict_type": lambda error: f"must be a mapping, not {kind(error['input'])}",
    "model_type": lambda error: f"must be a mapping, not {kind(error['input'])}",
    "literal_error": lambda error: f"must be {error['ctx']['expected']}",
    "finite_number": lambda _: "must be a finite number",
    "greater_than": lambda error: f"must be above {error['ctx']['gt']:g}",
    "greater_than_equal": lambda error: f"must be at least {error['ctx']['ge']:g}",
    "less_than": lambda error: f"must be below {error['ctx']['lt']:g}",
    "less_than_equal": lambda error: f"must be at most {error['ctx']['le']:g}",
    "too_short": lambda error: f"must have at least {error['ctx']['min_length']} entry",
}


def place_of(error: ErrorDetails) -> Loc:
    """Return the place of a mistake in the policy."""
    return error["loc"][:-1] if error["loc"][-1] == _KEY else error["loc"]


def complain(error: ErrorDetails, complaints: Complaints) -> None:
    """Add the problem for one error of pydantic."""
    loc = place_of(error)
    if error["type"] == "extra_forbidden":
        complaints.unknown_key(loc, _known_keys(loc[:-1]))
    elif error["type"] == "missing":
        complaints.about(loc, "is missing")
    else:
        words = _WORDS.get(error["type"], _as_pydantic_says)
        complaints.about(loc, words(error), key=loc != error["loc"])


def _as_pydantic_says(error: ErrorDetails) -> str:
    return error["msg"]


def _known_keys(loc: Loc) -> list[str]:
    """Return the keys that the mapping at ``loc`` may have. Names and numbers of entries are skipped on the way."""
    model: type[BaseModel] = PolicyKeys
    for step in loc:
        if (field := model.model_fields.get(str(step))) is not None:
            model = next(_models_in(field.annotation), model)
    return list(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


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
