"""Tests of the labels by which the series of a result are meant to differ."""

from __future__ import annotations

import pytest

from gonogo.lint.labels.flow import flowed, selected
from gonogo.lint.labels.intent import intended
from gonogo.lint.labels.label_set import LabelSet
from gonogo.promql.parser import parse
from gonogo.promql.tree import Vector, children, walk


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("x", ()),
        ("sum(x)", ()),
        ("sum without (job) (x)", ()),
        ("topk by (job) (1, x)", ()),
        ("absent(sum by (job) (x))", ()),
        ("sum by (job) (x) / sum by (job) (y)", ()),
        ("sum by (job) (x) and 1 < y", ()),
        ("1", ()),
        ("sum by (job) (x)", ("job",)),
        ("100 * (1 - sum by (job) (x)) > 5", ("job",)),
        ("-round(sum by (job) (x), 0.1)", ("job",)),
        ("histogram_quantile(0.9, sum by (job, le) (x))", ("job", "le")),
    ],
)
def test_the_outermost_by_tells(expression: str, labels: tuple[str, ...]) -> None:
    """The outermost ``by`` counts, below functions that change only values."""
    tree = parse(expression)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    assert intended(tree, known) == labels
