"""The options that several commands share, with the same names and meanings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from gonogo.cli.given_path import GivenPath
from gonogo.model.versions import unknown_feature

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
