"""Writes the errors of pydantic in gonogo's words, and leaves out the keys with mistakes, so that the rest is checked.

The words never repeat a value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gonogo.policy.complaints import Complaints, Loc, kind, original_place
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


def usable_keys(
    given: Mapping[str, Any], invalid: ValidationError, complaints: Complaints
) -> tuple[PolicyKeys, frozenset[Loc]]:
    """Add a problem for each mistake, and leave out the keys with mistakes, then the keys that need them.

    Returns:
        The keys that can be used, and the places of the keys that were left out.
    """
    for error in invalid.errors(include_url=False):
        complain(error, complaints)
    unusable: frozenset[Loc] = frozenset()
    usable: Any = given
    while True:
        places = (_nearest(usable, _place_of(error)) for error in invalid.errors(include_url=False))
        unusable |= {original_place(place, unusable) for place in places}
        usable = _without(given, unusable)
        try:
            return PolicyKeys.model_validate(usable), unusable
        except ValidationError as again:
            invalid = again


def _place_of(error: ErrorDetails) -> Loc:
    """Return the place of a mistake in the policy."""
    return error["loc"][:-1] if error["loc"][-1] == _KEY else error["loc"]


def complain(error: ErrorDetails, complaints: Complaints) -> None:
    """Add the problem for one error of pydantic."""
    loc = _place_of(error)
    if error["type"] == "extra_forbidden":
        complaints.unknown_key(loc, _known_keys(loc[:-1]))
    elif error["type"] == "missing":
        complaints.about(loc, "is missing")
    else:
        said = _WORDS[error["type"]](error) if error["type"] in _WORDS else error["msg"]
        complaints.about(loc, said, key=loc != error["loc"])


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


def _without(value: Any, unusable: Collection[Loc], here: Loc = ()) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a copy of a value without the parts at the unusable places."""
    if isinstance(value, dict):
        return {
            key: _without(inner, unusable, (*here, key)) for key, inner in value.items() if (*here, key) not in unusable
        }
    if isinstance(value, list):
        kept = (place for place in range(len(value)) if (*here, place) not in unusable)
        return [_without(value[place], unusable, (*here, place)) for place in kept]
    return value


def _nearest(value: Any, loc: Loc) -> Loc:  # noqa: ANN401 - whatever YAML holds
    """Return the longest beginning of ``loc`` that exists in the value."""
    for depth, step in enumerate(loc):
        held = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        if step not in held:
            return loc[:depth]
        value = value[step]
    return loc
