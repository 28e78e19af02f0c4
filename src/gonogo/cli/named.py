"""Options whose value is one of some names, which are imported only where they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem


class OneOf(click.ParamType[str, str]):
    """One of some names: completed by a shell, listed in a mistake.

    Attributes:
        name: the names' common word, such as ``fault``.
    """

    def __init__(self, name: str, names: Callable[[], Iterable[str]]) -> None:
        """Take the word, and what imports the names."""
        self.name = name
        self._names = names

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a name that there is."""
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
        """Complete a name."""
        return [CompletionItem(name) for name in self.all() if name.startswith(incomplete)]

    def all(self) -> tuple[str, ...]:
        """Import the names."""
        return tuple(self._names())


class NamedOption(click.Option):
    """An option of the type ``OneOf``, whose names are listed in the help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Append the names."""
        record = super().get_help_record(ctx)
        if record is None or not isinstance(self.type, OneOf):
            return record
        return record[0], f"{record[1]} One of: {', '.join(self.type.all())}."
