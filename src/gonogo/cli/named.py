"""Options whose value is one of several names. The names are imported only when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem


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
