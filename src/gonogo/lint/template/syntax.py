"""The parts of a template that matter to what it reads and shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A field, a variable or a function, by its name as written without ``.``, and where it stands."""

    text: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, truth value or ``nil``: what is written, and the value of a text."""

    offset: int
    written: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """The dot, and what is taken from it: ``.Labels.x``."""

    offset: int
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """``$x`` (its name without ``$``), and what is taken from it: ``$labels.x``."""

    name: Name
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """A function's name, and what is taken from its result."""

    name: Name
    fields: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Inner:
    """A pipeline in brackets, and what is taken from its result."""

    pipeline: Pipeline
    fields: tuple[Name, ...] = ()


Operand = Literal | Dot | Variable | Function | Inner


@dataclass(frozen=True, slots=True)
class Command:
    """An operand and its arguments."""

    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each taking the former's result as its last argument; the variables that get the last result."""

    offset: int
    length: int
    commands: tuple[Command, ...] = ()
    variables: tuple[str, ...] = ()
    assigns: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """An action that writes a pipeline's result, if it is not kept in a variable."""

    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Control:
    """``if``, ``with`` or ``range``: a pipeline, what follows on it, and what follows else."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Include:
    """``template "name" pipeline``."""

    name: Name
    pipeline: Pipeline | None


Node = Show | Control | Include


@dataclass(frozen=True, slots=True)
class TemplateTree:
    """A template's parts, and the templates that it defines, by name."""

    nodes: tuple[Node, ...]
    defined: dict[str, tuple[Node, ...]]
