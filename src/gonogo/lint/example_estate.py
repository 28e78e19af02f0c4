"""Makes an estate of an example's texts, as the command makes one of files."""

from __future__ import annotations

from gonogo.lint.check import Example
from gonogo.lint.estate import Estate
from gonogo.lint.sources import source_file

CONFIGURATION = "prometheus.yml"


def estate_of(example: Example) -> Estate:
    """Read the rule files of an example."""
    rules = {name: text for name, text in example.files.items() if name != CONFIGURATION and "_test." not in name}
    estate = Estate(tuple(source_file(text, name) for name, text in rules.items()))
    return estate.having(**example.facts)
