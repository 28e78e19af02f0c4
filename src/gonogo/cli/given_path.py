"""The type of all options and arguments that are paths."""

from __future__ import annotations

import os
from pathlib import Path

import click


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
