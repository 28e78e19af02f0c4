"""Tests of the part of an expression that loses a label, and of its description."""

from __future__ import annotations

import pytest

from gonogo.lint.core.label_loss import intended, loser, loss
from gonogo.promql.label_flow import flowed
from gonogo.promql.label_set import LabelSet, selected
from gonogo.promql.parser import parse
from gonogo.promql.tree import Vector, children, walk


@pytest.mark.parametrize(
    ("expression", "label", "words"),
    [
        ("abs(sum(x)) > 1", "job", "'sum' without 'by' drops all labels"),
        ("sum by (pod, job) (sum by (job) (x))", "pod", "'sum by (job)' keeps no other label"),
        ("topk(1, max without (pod) (x))", "pod", "'max without (…)' drops it"),
        ("absent(sum(x))", "job", "'absent' has only the labels that its own selector sets with '='"),
        ("histogram_quantile(0.9, x)", "le", "'histogram_quantile' drops it"),
        ("vector(1)", "job", "the result of 'vector()' has no such label"),
        ("x / on (job) y", "pod", "'on (job)' drops it"),
        ("x / ignoring (pod) y", "pod", "'ignoring (pod)' drops it"),
        ("x / on (job) sum by (pod) (y)", "job", "'sum by (pod)' keeps no other label"),
        ("x / sum by (pod) (y)", "job", "'sum by (pod)' keeps no other label"),
        ("sum(x) / y", "job", "'sum' without 'by' drops all labels"),
        ("sum(x) or sum by (pod) (y)", "job", "'sum' without 'by' drops all labels"),
        ("sum(x) unless y", "job", "'sum' without 'by' drops all labels"),
        ("x * on (job) group_left (pod) sum(y)", "pod", "'sum' without 'by' drops all labels"),
        ("sum by (job) (y) * on (job) group_right x{pod=''}", "pod", "the series x selected here never have it"),
        ("sum by (job) (x) * on (job) group_left (pod) y", "node", "'sum by (job)' keeps no other label"),
        ("x * on (job) group_left (pod) y{job=''}", "job", "the series y selected here never have it"),
        ("{__name__=~'a', job=''}", "job", 'the series {__name__=~"a",job=""} selected here never have it'),
        ("rate(x[5m]) > 1", "__name__", "functions, arithmetic and aggregations drop the metric's name"),
        (
            "x * on (job) group_left y",
            "__name__",
            "functions, arithmetic and aggregations drop the metric's name",
        ),
        ("1", "job", "the result of the expression has no labels"),
    ],
)
def test_the_part_that_loses_the_label_is_named(expression: str, label: str, words: str) -> None:
    """The innermost part is named."""
    tree = parse(expression)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    assert loss(loser(tree, label, known), label) == words


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
def test_the_outermost_by_gives_the_intended_labels(expression: str, labels: tuple[str, ...]) -> None:
    """A ``by`` counts below functions that change only values."""
    tree = parse(expression)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    assert intended(tree, known) == labels
