"""The requirements of an organisation for its rules: labels, annotations, names, bounds and owners. All are opt-in.

The YAML file of the requirements has the form that ``docs/lint.md`` shows. Every key may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import TypeVar

from msgspec import Struct, field

from gonogo.durations import parse_duration
from gonogo.errors import Problem
from gonogo.formats.sources import WrittenRule
from gonogo.formats.yaml import Loc, YamlDocument, parse
from gonogo.model.finding import Hit


class Bounds(Struct, frozen=True):
    """The shortest and the longest allowed duration. ``None`` means no bound."""

    least: timedelta | None = None
    most: timedelta | None = None


class NamePatterns(Struct, frozen=True):
    """A pattern for the value of each name. A value fits if the pattern matches all of it."""

    patterns: Mapping[str, re.Pattern[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, patterns: Mapping[str, str | None]) -> NamePatterns:
        """Compile the patterns. ``None`` stands for any value.

        Raises:
            re.error: a pattern is not a valid regular expression.
        """
        return cls({name: None if pattern is None else re.compile(pattern) for name, pattern in patterns.items()})

    def fits(self, name: str, value: str) -> bool:
        """Return whether a value of a label or annotation fits the pattern of its name."""
        pattern = self.patterns[name]
        return pattern is None or pattern.fullmatch(value) is not None

    def unmet(self, rule: WrittenRule, section: str) -> Iterator[Hit]:
        """Yield the names that a rule lacks under ``labels`` or ``annotations``, and the texts that do not fit.

        A text with a template is not compared with its pattern.
        """
        what, texts = section.removesuffix("s"), _texts(rule, section)
        for name, pattern in self.patterns.items():
            text = texts.get(name, "")
            if not text:
                yield rule.hit(rule.at_key(section), f"every alert must have the {what} {name!r}; add it")
            elif pattern and "{{" not in text and not self.fits(name, text):
                message = f"{text!r} does not fit the required {what} {name!r}: {pattern.pattern}"
                yield rule.hit(rule.at_value(section, name), message)

    def met(self, rule: WrittenRule, section: str) -> Iterator[Hit]:
        """Yield the names under ``labels`` or ``annotations`` of a rule, if their texts fit the patterns."""
        what, texts = section.removesuffix("s"), _texts(rule, section)
        for name in self.patterns.keys() & texts.keys():
            if self.fits(name, texts[name]):
                yield rule.hit(rule.at_key(section, name), f"the requirements forbid the {what} {name!r}; remove it")


def _texts(rule: WrittenRule, section: str) -> Mapping[str, str]:
    return rule.rule.labels if section == "labels" else rule.rule.annotations


class Requirements(Struct, frozen=True):
    """The requirements. A field that is left out requires nothing.

    Attributes:
        required_labels: labels that every alert must have, and the patterns of their values.
        forbidden_labels: labels that no rule may have. With a pattern, only such values are forbidden.
        required_annotations: annotations that every alert must have.
        forbidden_annotations: annotations that no alert may have.
        alert_name: the pattern for names of alerts.
        record_name: the pattern for names of recorded metrics.
        held: the bounds of ``for``.
        keep_firing: the bounds of ``keep_firing_for``.
        interval: the bounds of a group's interval.
        owner_label: the label or annotation that names the owner of a rule.
        owners: the allowed owners; empty if owners are not required.
    """

    required_labels: NamePatterns = field(default_factory=NamePatterns)
    forbidden_labels: NamePatterns = field(default_factory=NamePatterns)
    required_annotations: NamePatterns = field(default_factory=NamePatterns)
    forbidden_annotations: NamePatterns = field(default_factory=NamePatterns)
    alert_name: re.Pattern[str] | None = None
    record_name: re.Pattern[str] | None = None
    held: Bounds = Bounds()
    keep_firing: Bounds = Bounds()
    interval: Bounds = Bounds()
    owner_label: str = "owner"
    owners: frozenset[str] = frozenset()


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
        return self._read(loc, re.compile, "is not a valid regular expression")

    def _bounds(self, loc: Loc) -> Bounds:
        self._keys(loc, ("least", "most"))
        least, most = (self._duration((*loc, key)) for key in ("least", "most"))
        if least is not None and most is not None and least > most:
            self._complain(
                loc, "'least' is greater than 'most', so no duration is within these bounds", "exchange them"
            )
        return Bounds(least, most)

    def _duration(self, loc: Loc) -> timedelta | None:
        return self._read(loc, parse_duration, "is not a valid duration")

    def _owners(self) -> frozenset[str]:
        value = self._document.at(("owners", "names"))
        if value is not None and not isinstance(value, list):
            self._complain(("owners", "names"), "a list of names is expected here", "begin each with '- '")
        return frozenset(filter(None, map(self._document.text, self._document.items(("owners", "names")))))

    def _read(self, loc: Loc, how: Callable[[str], T], wrong: str) -> T | None:
        """Read a value; ``None`` if it is missing or wrong."""
        if self._document.at(loc) is None:
            return None
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
