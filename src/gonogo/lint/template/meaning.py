"""The meaning of a template: the labels that it reads and the values that it shows, found by following its values.

In ``range``, ``with`` and defined templates the dot stands for something else. What is read through it there is
ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import zip_longest

from msgspec import Struct

from gonogo.lint.template.functions import COMPARISONS, OLD, SIGNATURES, WRITING
from gonogo.lint.template.syntax import (
    Command,
    Control,
    Dot,
    Function,
    Include,
    Inner,
    Literal,
    Name,
    Node,
    Operand,
    Pipeline,
    Show,
    Template,
    TemplateMistake,
    TemplateTree,
    Use,
    Variable,
)


class ValueSource(Enum):
    """The source of a value."""

    ALERT = auto()
    LABELS = auto()
    EXTERNAL = auto()
    TEXT = auto()
    VALUE = auto()
    DERIVED = auto()
    OTHER = auto()


FIELDS = {
    "Labels": ValueSource.LABELS,
    "ExternalLabels": ValueSource.EXTERNAL,
    "ExternalURL": ValueSource.TEXT,
    "Value": ValueSource.VALUE,
}
"""The fields of the dot in an alert template."""


@dataclass(slots=True)
class _Cell:
    """The content of a variable. Code after a branch sees the assignments inside the branch."""

    source: ValueSource


class _Place(Struct, frozen=True):
    """The meaning of the dot and of the variables at one place, and whether values are only tested there."""

    dot: ValueSource
    variables: dict[str, _Cell]
    tested: bool = False

    def inside(self, dot: ValueSource | None = None) -> _Place:
        """Enter a branch. Variables declared in the branch end with it."""
        return _Place(self.dot if dot is None else dot, dict(self.variables), self.tested)

    def testing(self) -> _Place:
        """Enter a part in which values are only tested."""
        return _Place(self.dot, self.variables, tested=True)


def meaning(tree: TemplateTree) -> Template:
    """Follow a template's values from its beginning to its end."""
    reader = _Reader(tree.defined)
    predefined = {
        "": ValueSource.ALERT,
        "labels": ValueSource.LABELS,
        "externalLabels": ValueSource.EXTERNAL,
        "externalURL": ValueSource.TEXT,
        "value": ValueSource.VALUE,
    }
    reader.nodes(tree.nodes, _Place(ValueSource.ALERT, {name: _Cell(source) for name, source in predefined.items()}))
    for nodes in tree.defined.values():
        reader.nodes(nodes, _Place(ValueSource.OTHER, {"": _Cell(ValueSource.OTHER)}))
    return Template(
        _read_for_good(reader.labels),
        _read_for_good(reader.external),
        tuple(reader.values),
        tuple(reader.mistakes),
        tuple(reader.functions),
    )


def _read_for_good(uses: list[Use]) -> tuple[Use, ...]:
    tested = {use.label for use in uses if use.tested}
    return tuple(use for use in uses if use.label not in tested)


class _Reader:
    """Visits every part once, in order, and notes the labels, values and mistakes."""

    def __init__(self, defined: Iterable[str]) -> None:
        self._defined = frozenset(defined)
        self.labels: list[Use] = []
        self.external: list[Use] = []
        self.values: list[Name] = []
        self.mistakes: list[TemplateMistake] = []
        self.functions: list[Name] = []

    def nodes(self, nodes: tuple[Node, ...], place: _Place) -> None:
        """Visit the parts in order."""
        for node in nodes:
            match node:
                case Show(pipeline):
                    source = self._pipeline(pipeline, place)
                    if not pipeline.variables and source in {ValueSource.VALUE, ValueSource.DERIVED}:
                        self.values.append(Name("", pipeline.offset, pipeline.length))
                case Include(name, pipeline):
                    if pipeline is not None:
                        self._pipeline(pipeline, place)
                    if name.text not in self._defined:
                        self._mistake(name, f"there is no template {name.text!r}")
                case _:
                    self._control(node, place)

    def _control(self, node: Control, place: _Place) -> None:
        around = place.inside()
        source = self._pipeline(node.pipeline, around.testing(), loop=node.word == "range")
        inner = None if node.word == "if" else source if node.word == "with" else ValueSource.OTHER
        self.nodes(node.body, around.inside(inner))
        self.nodes(node.otherwise, around.inside())

    def _pipeline(self, pipeline: Pipeline, place: _Place, *, loop: bool = False) -> ValueSource:
        source: ValueSource | None = None
        for command in pipeline.commands:
            source = self._command(command, place, source)
        result = ValueSource.OTHER if source is None or loop else source
        for name in pipeline.variables:
            known = place.variables.get(name)
            if pipeline.assigns and known is not None:
                known.source = _either(known.source, result)
            else:
                place.variables[name] = _Cell(result)
        return ValueSource.OTHER if source is None else source

    def _command(self, command: Command, place: _Place, piped: ValueSource | None) -> ValueSource:
        first, *arguments = command.operands
        if isinstance(first, Function):
            return self._call(first, arguments, place, piped)
        source = self._operand(first, place)
        for argument in arguments:
            self._operand(argument, place)
        if isinstance(first, Inner) or (source is ValueSource.OTHER and not isinstance(first, Literal)):
            return source
        if arguments or piped is not None:
            self._mistake(_name(first), "only a function takes arguments")
        return source

    def _call(
        self, function: Function, arguments: list[Operand], place: _Place, piped: ValueSource | None
    ) -> ValueSource:
        name = function.name
        count = len(arguments) + (piped is not None)
        signature = SIGNATURES[name.text]
        if signature.since > OLD:
            self.functions.append(name)
        if not signature.takes(count):
            self._mistake(name, f"{name.text!r} takes {signature.wanted}, not {count}")
        inner = place.testing() if name.text in {"and", "or"} else place
        sources = [self._operand(argument, inner) for argument in arguments]
        if name.text == "index" and count > 1:
            return self._indexed(sources, arguments, place)
        sources += [] if piped is None else [piped]
        if name.text in COMPARISONS:
            self._compared(name, [_type(one, source) for one, source in zip_longest(arguments, sources)])
        if name.text == "value" or (
            name.text in WRITING and {ValueSource.VALUE, ValueSource.DERIVED}.intersection(sources)
        ):
            return ValueSource.DERIVED
        return ValueSource.OTHER

    def _compared(self, name: Name, types: list[str]) -> None:
        """Note a comparison that Go refuses, such as of the value with ``5``: a fraction is not an integer."""
        if len(types) == 2 and "" not in types and types[0] != types[1]:  # noqa: PLR2004 - both sides
            hint = " (write 5.0 for 5)" if {"an integer", "a fraction"} == set(types) else ""
            self._mistake(name, f"{name.text!r} cannot compare {types[0]} with {types[1]}{hint}")

    def _indexed(self, sources: list[ValueSource], arguments: list[Operand], place: _Place) -> ValueSource:
        """Read ``index $labels "x"`` as ``$labels.x``."""
        match arguments:
            case [_, Literal(offset, _, str(text))]:
                return self._field(sources[0], Name(text, offset, len(text) + 2), place)
            case _:
                return ValueSource.OTHER

    def _operand(self, operand: Operand, place: _Place) -> ValueSource:
        match operand:
            case Literal():
                return ValueSource.OTHER
            case Dot(_, fields):
                source = place.dot
            case Variable(name, fields):
                source = place.variables[name.text].source
            case Function(_, fields):
                source = self._call(operand, [], place, None)
            case _:
                source, fields = self._pipeline(operand.pipeline, place), operand.fields
        for one in fields:
            source = self._field(source, one, place)
        return source

    def _field(self, source: ValueSource, name: Name, place: _Place) -> ValueSource:
        match source:
            case ValueSource.ALERT:
                if name.text not in FIELDS:
                    self._mistake(name, f"the alert has no .{name.text}, only .{', .'.join(FIELDS)}")
                return FIELDS.get(name.text, ValueSource.OTHER)
            case ValueSource.LABELS:
                self.labels.append(Use(name.text, name.offset, name.length, place.tested))
                return ValueSource.TEXT
            case ValueSource.EXTERNAL:
                self.external.append(Use(name.text, name.offset, name.length, place.tested))
                return ValueSource.TEXT
            case ValueSource.TEXT | ValueSource.VALUE:
                what = "a text" if source is ValueSource.TEXT else "a number"
                self._mistake(name, f"there is no .{name.text} in {what}")
                return ValueSource.OTHER
            case _:
                return ValueSource.OTHER

    def _mistake(self, name: Name, message: str) -> None:
        self.mistakes.append(TemplateMistake(name.offset, name.length, message))


_TYPES = {ValueSource.TEXT: "a text", ValueSource.VALUE: "a fraction"}
_INTEGER = re.compile(r"[+-]?\d+")
_FRACTION = re.compile(r"[+-]?\d*\.?\d*(?:[eE][+-]?\d+)?")


def _type(operand: Operand | None, source: ValueSource) -> str:
    """Return the type of a value if it is certain. ``operand`` is ``None`` for a piped value."""
    if not isinstance(operand, Literal):
        return _TYPES.get(source, "")
    if operand.text is not None:
        return "a text"
    if _INTEGER.fullmatch(operand.written):
        return "an integer"
    return "a fraction" if _FRACTION.fullmatch(operand.written) else ""


def _name(operand: Literal | Dot | Variable) -> Name:
    """Return the last part of an operand, for a message."""
    if isinstance(operand, Literal):
        return Name(operand.written, operand.offset, len(operand.written))
    if operand.fields:
        return operand.fields[-1]
    return operand.name if isinstance(operand, Variable) else Name(".", operand.offset, 1)


def _either(one: ValueSource, other: ValueSource) -> ValueSource:
    """Return the source of a value that comes from one of two sources."""
    if one is other:
        return one
    return ValueSource.DERIVED if {ValueSource.VALUE, ValueSource.DERIVED} & {one, other} else ValueSource.OTHER
