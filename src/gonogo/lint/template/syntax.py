"""The parts of a template, their meaning, and the mistakes in it."""

from __future__ import annotations

from msgspec import Struct


class TemplateMistake(Struct, frozen=True):
    """A mistake in a template: the offset, the length in characters, and a clause that says what is wrong."""

    offset: int
    length: int
    message: str


class UnreadableTemplate(ValueError):
    """A template that cannot be parsed."""

    def __init__(self, offset: int, length: int, message: str) -> None:
        """Keep the place and the message."""
        super().__init__(message)
        self.mistake = TemplateMistake(offset, max(length, 1), message)


class TooDeep(ValueError):
    """A template that is nested too deeply for gonogo. Go may accept it."""


class Name(Struct, frozen=True):
    """The name of a field, variable or function, as written without ``.``, and its place."""

    text: str
    offset: int
    length: int


class Literal(Struct, frozen=True):
    """A text, number, truth value or ``nil``: the literal as written, and the value of a text."""

    offset: int
    written: str
    text: str | None = None


class Dot(Struct, frozen=True):
    """The dot, and the fields read from it: ``.Labels.x``."""

    offset: int
    fields: tuple[Name, ...] = ()


class Variable(Struct, frozen=True):
    """A variable ``$x`` (its name without ``$``), and the fields read from it: ``$labels.x``."""

    name: Name
    fields: tuple[Name, ...] = ()


class Function(Struct, frozen=True):
    """The name of a function, and the fields read from its result."""

    name: Name
    fields: tuple[Name, ...] = ()


class Inner(Struct, frozen=True):
    """A pipeline in brackets, and the fields read from its result."""

    pipeline: Pipeline
    fields: tuple[Name, ...] = ()


Operand = Literal | Dot | Variable | Function | Inner


class Command(Struct, frozen=True):
    """An operand and its arguments."""

    operands: tuple[Operand, ...]


class Pipeline(Struct, frozen=True):
    """Commands, each with the former's result as its last argument, and the variables that get the last result."""

    offset: int
    length: int
    commands: tuple[Command, ...] = ()
    variables: tuple[str, ...] = ()
    assigns: bool = False


class Show(Struct, frozen=True):
    """An action that prints a pipeline's result, unless a variable keeps it."""

    pipeline: Pipeline


class Control(Struct, frozen=True):
    """An ``if``, ``with`` or ``range``: a pipeline, the parts inside, and the parts after ``else``."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


class Include(Struct, frozen=True):
    """An action ``template "name" pipeline``."""

    name: Name
    pipeline: Pipeline | None


Node = Show | Control | Include


class TemplateTree(Struct, frozen=True):
    """The parts of a template, and the templates that it defines, by name."""

    nodes: tuple[Node, ...]
    defined: dict[str, tuple[Node, ...]]


class Use(Struct, frozen=True):
    """A label that a template reads, and its place. ``tested`` is True if the template only tests for the label."""

    label: str
    offset: int
    length: int
    tested: bool = False


class Template(Struct, frozen=True):
    """The meaning of a template. Labels that the template tests anywhere are left out: it expects them to be missing.

    Attributes:
        labels: the labels of the alert's expression that the template reads.
        external: the external labels that the template reads.
        values: the places where the template shows the sample's value, or a text made from it.
        mistakes: the parts that fail when they are reached.
        functions: the functions that the template calls and that not all versions have.
    """

    labels: tuple[Use, ...] = ()
    external: tuple[Use, ...] = ()
    values: tuple[Name, ...] = ()
    mistakes: tuple[TemplateMistake, ...] = ()
    functions: tuple[Name, ...] = ()
