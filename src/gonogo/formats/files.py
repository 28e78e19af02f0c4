"""Reads a Prometheus rule file into rules, and reports every mistake with its place.

Scalars keep their spelling, as in Prometheus: the label ``version: 1.10`` is the text
``1.10``. Two questions are left to promtool, which knows the server's dialect and version: is
an expression PromQL, and may a name have more than letters, digits and ``_``? Source:
Prometheus, ``model/rulefmt``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain

from msgspec import Struct

from gonogo.durations import parse_duration
from gonogo.errors import Problem
from gonogo.formats.dialect import NOT_IN_VMALERT, VMALERT_GROUP_KEYS, VMALERT_RULE_KEYS, Dialect
from gonogo.formats.yaml import Loc, YamlDocument, parse
from gonogo.model.rule import PLAIN, PROMQL_TYPE, Rule, RuleGroup, RuleKind, VmalertKeys, seconds_of
from gonogo.model.series import is_name
from gonogo.promql.tree import NAME_LABEL

_GROUP_KEYS = ("name", "interval", "query_offset", "limit", "labels", "rules")
_KEYS = {
    RuleKind.RECORD: ("record", "expr", "labels"),
    RuleKind.ALERT: ("alert", "expr", "for", "keep_firing_for", "labels", "annotations"),
}
_BRACES = frozenset("{}")
"""Prometheus allows no brace in a recorded name: a name with braces is a selector in the wrong place."""


class RuleFile(Struct, frozen=True):
    """The groups of a file that could be read, and the problems of the file."""

    groups: tuple[RuleGroup, ...]
    problems: tuple[Problem, ...] = ()


class PlacedGroup(Struct, frozen=True):
    """A group, its place in the document, and the place of each of its rules."""

    group: RuleGroup
    loc: Loc
    rules: tuple[Loc, ...]


def read_rules(text: str, path: str, dialect: Dialect = Dialect.PROMETHEUS) -> RuleFile:
    """Read a rule file without guessing, and list all its mistakes."""
    document = parse(text, path)
    placed, problems = read_groups(document, dialect=dialect)
    return RuleFile(tuple(one.group for one in placed), (*document.problems, *problems))


def read_groups(
    document: YamlDocument, base: Loc = (), also: tuple[str, ...] = (), dialect: Dialect = Dialect.PROMETHEUS
) -> tuple[tuple[PlacedGroup, ...], tuple[Problem, ...]]:
    """Read the groups of the mapping at ``base``, such as the ``spec`` of a custom resource.

    Args:
        document: the document with the groups. Its own problems are not repeated.
        base: the place of the mapping with ``groups``.
        also: further keys that a group may have beside the keys of Prometheus.
        dialect: the program whose keys are known.
    """
    reader = _Reader(document, also, dialect)
    return tuple(reader.groups(base)), tuple(reader.problems)


class _Reader:
    """A walk through one document that collects its mistakes."""

    def __init__(self, document: YamlDocument, also: tuple[str, ...], dialect: Dialect) -> None:
        self._document = document
        self._dialect = dialect
        self._group_keys = (*_GROUP_KEYS, *also)
        self._rule_keys: tuple[str, ...] = ()
        if dialect is Dialect.VICTORIA_METRICS:
            known = (key for key in self._group_keys if key not in NOT_IN_VMALERT)
            self._group_keys, self._rule_keys = (*known, *VMALERT_GROUP_KEYS), VMALERT_RULE_KEYS
        self._keys = {kind: (*keys, *self._rule_keys) for kind, keys in _KEYS.items()}
        self._any_keys = tuple(dict.fromkeys((*chain(*_KEYS.values()), *self._rule_keys)))
        self.problems: list[Problem] = []

    def groups(self, base: Loc) -> Iterator[PlacedGroup]:
        """Read every group, in order."""
        root = self._mapping(base, self._document.at(base), ("groups",))
        names: set[str] = set()
        for loc, value in self._items((*base, "groups"), root.get("groups")):
            placed = self._group(loc, value)
            name = placed.group.name
            if name in names:
                self._complain((*loc, "name"), f"a group {name!r} is already in this file", "rename one of them")
            names.add(name)
            yield placed

    def _group(self, loc: Loc, value: object) -> PlacedGroup:
        found = self._mapping(loc, value, self._group_keys)
        name = self._scalar((*loc, "name"), found.get("name"))
        if not name:
            self._complain(loc, "the group has no name", "add 'name:'")
        limit = found.get("limit")
        if limit is not None and type(limit) is not int:
            self._complain((*loc, "limit"), "the limit must be a whole number", "0 is no limit")
        offset = self._duration((*loc, "query_offset"), found.get("query_offset"))
        interval = self._duration((*loc, "interval"), found.get("interval"))
        shared = self._labels((*loc, "labels"), found.get("labels"))
        read = {at: self._rule(at, rule, shared) for at, rule in self._items((*loc, "rules"), found.get("rules"))}
        rules = {at: rule for at, rule in read.items() if rule is not None}
        bound = limit if type(limit) is int else 0
        vmalert = PLAIN if self._dialect is Dialect.PROMETHEUS else self._vmalert(loc, found)
        group = RuleGroup(name, tuple(rules.values()), interval or None, self._document.path, bound, offset, vmalert)
        return PlacedGroup(group, loc, tuple(rules))

    def _vmalert(self, loc: Loc, found: Mapping[str, object]) -> VmalertKeys:
        """Read the keys that change results. vmalert decides whether their values are valid."""
        params = found.get("params")
        named = params if isinstance(params, dict) else {}
        given = ((name, value) for name in named for value in self._texts((*loc, "params", name)))
        headers = (": ".join(map(str.strip, header.split(":", 1))) for header in self._texts((*loc, "headers")))
        return VmalertKeys(
            next(self._texts((*loc, "type")), PROMQL_TYPE),
            tuple(sorted(f"{name}={value}" for name, value in given)),
            tuple(sorted(headers)),
            *(_shift(next(self._texts((*loc, key)), "0s")) for key in ("eval_delay", "eval_offset")),
        )

    def _texts(self, loc: Loc) -> Iterator[str]:
        """Yield the text of a scalar, or the texts of a list."""
        value = self._document.at(loc)
        places = [(*loc, place) for place in range(len(value))] if isinstance(value, list) else [loc]
        yield from (text for place in places if (text := self._document.text(place)))

    def _rule(self, loc: Loc, value: object, shared: Mapping[str, str]) -> Rule | None:
        found = self._mapping(loc, value, self._any_keys)
        kind = self._kind(loc, found)
        if kind is None:
            return None
        name = self._name(kind, (*loc, kind.value), found[kind.value])
        expression = self._scalar((*loc, "expr"), found.get("expr")).strip()
        if not expression:
            self._complain(loc, f"the rule {name!r} has no expression", "add 'expr:'")
        held = self._duration((*loc, "for"), found.get("for"))
        keep_firing = self._duration((*loc, "keep_firing_for"), found.get("keep_firing_for"))
        labels = {**shared, **self._labels((*loc, "labels"), found.get("labels"))}
        annotations = self._labels((*loc, "annotations"), found.get("annotations"), reserved="")
        if not name or not expression:
            return None
        position = self._document.text_position((*loc, "expr"))
        none = timedelta(0)
        return Rule(kind, name, expression, labels, annotations, held or none, keep_firing or none, position)

    def _kind(self, loc: Loc, found: Mapping[str, object]) -> RuleKind | None:
        kinds = [kind for kind in self._keys if kind in found]
        if len(kinds) != 1:
            both = "both 'record' and 'alert'" if kinds else "neither 'record' nor 'alert'"
            self._complain(loc, f"the rule has {both}", "give it exactly one of them")
            return None
        (kind,) = kinds
        for key in (key for key in found if key not in self._keys[kind]):
            self._complain((*loc, key), f"a {kind.value} rule has no {key!r}", "remove it", key=True)
        return kind

    def _name(self, kind: RuleKind, loc: Loc, value: object) -> str:
        name = self._scalar(loc, value)
        if not name:
            self._complain(loc, "the rule has no name", f"name what it {kind.value}s")
        elif kind is RuleKind.RECORD and not _BRACES.isdisjoint(name):
            self._complain(loc, f"{name!r} is not a valid metric name: it has braces", "select by labels in 'expr:'")
        return name

    def _labels(self, loc: Loc, value: object, reserved: str = NAME_LABEL) -> dict[str, str]:
        labels = {}
        for name, given in self._mapping(loc, value, None).items():
            labels[name] = self._scalar((*loc, name), given)
            if not is_name(name):
                self._complain((*loc, name), f"{name!r} is not a valid name", "give it at least a letter", key=True)
            elif name == reserved:
                self._complain((*loc, name), f"{name!r} is not a valid label name here", "use 'record:'", key=True)
        return labels

    def _duration(self, loc: Loc, value: object) -> timedelta | None:
        if value is None:
            return None
        try:
            return parse_duration(self._scalar(loc, value))
        except ValueError as error:
            self._complain(loc, str(error), "")
            return None

    def _scalar(self, loc: Loc, value: object) -> str:
        """Return a scalar as it is written; an empty text for null."""
        if isinstance(value, str):  # has its spelling, and to look for the place takes time
            return value
        if isinstance(value, dict | list):
            self._complain(loc, f"{loc[-1]!r} takes one value, not a {_shape(value)}", "write it as text")
        return "" if value is None else self._document.text(loc) or ""

    def _mapping(self, loc: Loc, value: object, keys: tuple[str, ...] | None) -> Mapping[str, object]:
        """Return a mapping, and report every key that is not in ``keys`` (``None``: every key is allowed)."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._complain(loc, f"a mapping is expected here, not a {_shape(value)}", "write 'key: value' lines")
            return {}
        for key in (key for key in value if keys is not None and key not in keys):
            self._complain((*loc, key), *self._unknown(key, keys or ()), key=True)
        return {key: inner for key, inner in value.items() if keys is None or key in keys}

    def _unknown(self, key: object, known: tuple[str, ...]) -> tuple[str, str]:
        """Return the message about an unknown key, and the next step: vmalert's keys need the dialect."""
        here = f"known here: {', '.join(known)}"
        if self._dialect is Dialect.VICTORIA_METRICS:
            return (f"vmalert does not know the key {key!r}" if key in NOT_IN_VMALERT else f"unknown key {key!r}"), here
        if key in (*VMALERT_GROUP_KEYS, *VMALERT_RULE_KEYS):
            dialect = "if vmalert evaluates this file, write 'prometheus: {dialect: victoriametrics}' in the policy"
            return f"the key {key!r} belongs to vmalert, and Prometheus does not know it", f"{dialect}; {here}"
        return f"unknown key {key!r}", here

    def _items(self, loc: Loc, value: object) -> Iterator[tuple[Loc, object]]:
        if isinstance(value, list):
            yield from (((*loc, place), item) for place, item in enumerate(value))
        elif value is not None:
            self._complain(loc, f"{loc[-1]!r} takes a list, not a {_shape(value)}", "begin each item with '- '")

    def _complain(self, loc: Loc, message: str, next_step: str, *, key: bool = False) -> None:
        place = self._document.key_position if key else self._document.position
        self.problems.append(Problem(place(loc), message, next_step))


def _shift(text: str) -> str:
    """Write a duration of vmalert, which can be negative, in seconds. Another text equals none of a server."""
    try:
        seconds = parse_duration(text.removeprefix("-")).total_seconds()
    except ValueError:
        return text
    return seconds_of(-seconds if text.startswith("-") else seconds)


def _shape(value: object) -> str:
    if isinstance(value, dict):
        return "mapping"
    return "list" if isinstance(value, list) else "single value"


CUSTOM_KIND = "PrometheusRule"
_LIST_KIND = "PrometheusRuleList"

OPERATOR_GROUP_KEYS = ("partial_response_strategy",)
"""Keys of groups that the operator knows and Prometheus does not know."""


def homes(document: YamlDocument, base: Loc = (), kind_of_items: str | None = None) -> Iterator[tuple[Loc, bool]]:
    """Yield the place of each mapping with groups, and true if the mapping belongs to a custom resource.

    Args:
        document: the document to search.
        base: the place to search.
        kind_of_items: the kind of an item of a list that does not name its kind.
    """
    value = document.at(base)
    kind = value.get("kind", kind_of_items) if isinstance(value, dict) else None
    if isinstance(value, dict) and kind == CUSTOM_KIND:
        yield (*base, "spec"), True
    elif isinstance(value, dict) and isinstance(kind, str) and isinstance(items := value.get("items"), list):
        of_items = CUSTOM_KIND if kind == _LIST_KIND else None
        for place in range(len(items)):
            yield from homes(document, (*base, "items", place), of_items)
    elif not base:
        yield base, False
