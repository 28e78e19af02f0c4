"""The options that several commands share, by the same names and meanings everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., object])

DEFAULT_POLICY = "gonogo.yaml"


def policy_option(function: Function) -> Function:
    """``--policy FILE``."""
    return click.option(
        "--policy",
        "policy_path",
        type=click.Path(path_type=Path, readable=False),  # what it is, reading it tells
        default=DEFAULT_POLICY,
        show_default=True,
        help="The policy file.",
    )(function)


def prometheus_option(function: Function) -> Function:
    """``--prometheus URL``, which wins over the policy's."""
    return click.option("--prometheus", "url", metavar="URL", help="The server to ask, over the policy's.")(function)


def format_option(function: Function) -> Function:
    """``--format text|json``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How the answer is printed.",
    )(function)
