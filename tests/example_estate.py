"""Makes an estate from the texts of an example, as the command makes one from files."""

from __future__ import annotations

from gonogo.disk.finding_files import compiled
from gonogo.formats.prometheus_config import Configuration, read_configuration
from gonogo.formats.sources import source_file
from gonogo.formats.test_file import read_unit
from gonogo.lint.core.check import Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.routes import read_routes
from gonogo.model.replacing import replace

CONFIGURATION = "prometheus.yml"
ROUTES = "alertmanager.yml"
SHOWN = frozenset({CONFIGURATION, ROUTES, "gonogo.yaml", ".gitignore"})
"""The files of an example that hold no rules. Some are only shown, and their content is among the facts."""


def estate_of(example: Example) -> Estate:
    """Read the files of an example.

    Only rule files that its configuration names count, or all without a configuration.
    """
    files = example.files
    names = [name for name in files if name not in SHOWN and "_test." not in name]
    configuration = None
    if CONFIGURATION in files:
        configuration = _matched(read_configuration(files[CONFIGURATION], CONFIGURATION)[0], names)
        loaded = {name for entry in configuration.rule_files for name in entry.matched or ()}
        names = [name for name in names if name in loaded]
    tests = tuple(read_unit(text, name) for name, text in files.items() if "_test." in name)
    estate = Estate(
        tuple(source_file(files[name], name) for name in names),
        configuration,
        tests or None,
        complete=configuration is not None,
        routes=read_routes(files[ROUTES], ROUTES)[0] if ROUTES in files else None,
    )
    return estate.having(**example.facts)


def _matched(configuration: Configuration, names: list[str]) -> Configuration:
    entries = (
        replace(entry, matched=tuple(name for name in names if _matches(entry.pattern, name)))
        for entry in configuration.rule_files
    )
    return replace(configuration, rule_files=tuple(entries))


def _matches(pattern: str, name: str) -> bool:
    """Return whether a file name matches a pattern. A ``*`` does not match ``/``."""
    patterns, parts = pattern.split("/"), name.split("/")
    return len(patterns) == len(parts) and all(
        compiled(one).fullmatch(part) for one, part in zip(patterns, parts, strict=True)
    )
