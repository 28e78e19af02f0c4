"""The options that several commands share, and the types of options: paths, and one of several names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from gonogo.model.versions import unknown_feature


class GivenPath(click.Path[str | Path]):
    """A path that is not empty.

    Python takes an empty path as the current folder, but in a script it comes from a variable that is not set.
    """

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | Path:
        """Refuse an empty path."""
        if not os.fspath(value):
            self.fail("the path is empty; for the current folder write '.'", param, ctx)
        return super().convert(value, param, ctx)


Function = TypeVar("Function", bound=Callable[..., object])

DEFAULT_POLICY = "gonogo.yaml"


def policy_option(function: Function) -> Function:
    """Add the option ``--policy FILE``."""
    return click.option(
        "--policy",
        "policy_path",
        type=GivenPath(path_type=Path, readable=False),  # reading the file reports what is wrong
        default=DEFAULT_POLICY,
        show_default=True,
        help="The policy file.",
    )(function)


def prometheus_option(function: Function) -> Function:
    """Add the option ``--prometheus URL``, which replaces the policy's."""
    return click.option("--prometheus", "url", metavar="URL", help="The server to ask, in place of the policy's.")(
        function
    )


def features_option(function: Function) -> Function:
    """Add the option ``--enable-feature NAMES``, as Prometheus and promtool have it."""
    return click.option(
        "--enable-feature",
        "features",
        multiple=True,
        callback=_features,
        metavar="NAMES",
        help="The features that the server turns on, for files named by path; repeatable.",
    )(function)


def _features(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, split at commas. A name that no promtool knows is a mistake."""
    names = tuple(dict.fromkeys(name.strip() for text in given for name in text.split(",") if name.strip()))
    if mistakes := [mistake for name in names if (mistake := unknown_feature(name))]:
        raise click.BadParameter(mistakes[0])
    return names


def format_option(function: Function) -> Function:
    """Add the option ``--format text|json``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="The format of the answer.",
    )(function)


class OneOf(click.ParamType[str, str]):
    """A type whose values are names. A shell completes the names, and a mistake lists them.

    Attributes:
        name: the noun for the names, such as ``fault``.
    """

    def __init__(self, name: str, names: Callable[[], Iterable[str]]) -> None:
        """Keep the noun, and the function that imports the names."""
        self.name = name
        self._names = names

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value if it is one of the names."""
        names = self.all()
        if value in names:
            return value
        from difflib import get_close_matches  # only a mistake needs it

        near = get_close_matches(value, names, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise click.BadParameter(
            f"there is no {self.name} {value!r}{hint}; choose from {', '.join(names)}.", ctx=ctx, param=param
        )

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - the same
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the names that begin with the text."""
        return [CompletionItem(name) for name in self.all() if name.startswith(incomplete)]

    def all(self) -> tuple[str, ...]:
        """Import and return the names."""
        return tuple(self._names())


class NamedOption(click.Option):
    """An option of the type ``OneOf``. The help lists the names."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the line of help with the names at its end."""
        record = super().get_help_record(ctx)
        if record is None or not isinstance(self.type, OneOf):
            return record
        return record[0], f"{record[1]} One of: {', '.join(self.type.all())}."
