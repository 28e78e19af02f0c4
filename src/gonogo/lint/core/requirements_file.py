r"""Reads the requirements of an organisation from a YAML file of their own.

::

    labels: {required: {severity: critical|warning, team: null}, forbidden: {replica: null}}
    annotations: {required: {runbook_url: "https://.+"}}
    names: {alert: "[A-Z]\\w+", record: "\\w+:\\w+:\\w+"}
    bounds: {for: {least: 1m, most: 1h}, interval: {most: 5m}}
    owners: {label: team, names: [payments, storage]}

A pattern matches a whole value. ``null`` stands for any value. Every key may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from gonogo.durations import parse_duration
from gonogo.errors import Problem
from gonogo.formats.files import Loc
from gonogo.formats.yaml import YamlDocument, parse
from gonogo.lint.core.requirements import Bounds, NamePatterns, Requirements

T = TypeVar("T")

_SECTIONS = ("labels", "annotations", "names", "bounds", "owners")
_BOUNDED = ("for", "keep_firing_for", "interval")


def read_requirements(text: str, path: str) -> tuple[Requirements, tuple[Problem, ...]]:
    """Read requirements. All mistakes are listed, and a requirement with a mistake is left out."""
    document = parse(text, path)
    reader = _Reader(document)
    return reader.requirements(), (*document.problems, *reader.problems)


class _Reader:
    """Walks one document and collects its mistakes."""

    def __init__(self, document: YamlDocument) -> None:
        self._document = document
        self.problems: list[Problem] = []

    def requirements(self) -> Requirements:
        self._keys((), _SECTIONS)
        for loc in (("labels",), ("annotations",)):
            self._keys(loc, ("required", "forbidden"))
        self._keys(("names",), ("alert", "record"))
        self._keys(("bounds",), _BOUNDED)
        self._keys(("owners",), ("label", "names"))
        held, keep_firing, interval = (self._bounds(("bounds", key)) for key in _BOUNDED)
        return Requirements(
            self._patterns(("labels", "required")),
            self._patterns(("labels", "forbidden")),
            self._patterns(("annotations", "required")),
            self._patterns(("annotations", "forbidden")),
            self._pattern(("names", "alert")),
            self._pattern(("names", "record")),
            held,
            keep_firing,
            interval,
            self._document.text(("owners", "label")) or "owner",
            self._owners(),
        )

    def _keys(self, loc: Loc, known: tuple[str, ...] | None) -> tuple[str, ...]:
        """Return the keys of a mapping, and complain about unknown ones (``None``: all keys are known)."""
        value = self._document.at(loc)
        if value is None:
            return ()
        if not isinstance(value, dict):
            self._complain(loc, "a mapping is expected here", "write 'key: value' lines")
            return ()
        for key in (key for key in value if known is not None and key not in known):
            self._complain((*loc, key), f"unknown key {key!r}", f"known here: {', '.join(known or ())}", key=True)
        return tuple(value)

    def _patterns(self, loc: Loc) -> NamePatterns:
        return NamePatterns({name: self._pattern((*loc, name)) for name in self._keys(loc, None)})

    def _pattern(self, loc: Loc) -> re.Pattern[str] | None:
        return (
            None if self._document.at(loc) is None else self._read(loc, re.compile, "is not a valid regular expression")
        )

    def _bounds(self, loc: Loc) -> Bounds:
        self._keys(loc, ("least", "most"))
        least, most = (self._duration((*loc, key)) for key in ("least", "most"))
        if least is not None and most is not None and least > most:
            self._complain(
                loc, "'least' is greater than 'most', so no duration is within these bounds", "exchange them"
            )
        return Bounds(least, most)

    def _duration(self, loc: Loc) -> timedelta | None:
        return None if self._document.at(loc) is None else self._read(loc, parse_duration, "is not a valid duration")

    def _owners(self) -> frozenset[str]:
        value = self._document.at(("owners", "names"))
        if value is not None and not isinstance(value, list):
            self._complain(("owners", "names"), "a list of names is expected here", "begin each with '- '")
        places = range(len(value)) if isinstance(value, list) else ()
        return frozenset(filter(None, (self._document.text(("owners", "names", place)) for place in places)))

    def _read(self, loc: Loc, how: Callable[[str], T], wrong: str) -> T | None:
        text = self._document.text(loc)
        if text is None:
            self._complain(loc, "a single value is expected here", "write a text")
            return None
        try:
            return how(text)
        except (ValueError, re.error) as error:
            self._complain(loc, f"{text!r} {wrong}: {error}", "correct the value")
            return None

    def _complain(self, loc: Loc, message: str, next_step: str, *, key: bool = False) -> None:
        place = self._document.key_position if key else self._document.position
        self.problems.append(Problem(place(loc), message, next_step))
