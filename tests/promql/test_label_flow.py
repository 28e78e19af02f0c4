"""Tests of the labels that the result of an expression can have."""

from __future__ import annotations

import pytest

from gonogo.promql.label_flow import Conflict, conflict, flowed
from gonogo.promql.label_set import Domain, LabelSet, exactly, selected
from gonogo.promql.parser import parse
from gonogo.promql.tree import Aggregation, Binary, Call, Number, Text, Vector, children, walk


def labels_of(expression: str) -> LabelSet:
    """Return the labels of an expression, computed from its selectors to its root."""
    tree = parse(expression)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    return known[id(tree)]


IMPOSSIBLE = [
    ('x{job=""}', "job"),
    ("sum(x)", "job"),
    ("sum by (job) (x)", "instance"),
    ("sum by (job, instance) (sum by (job) (x))", "instance"),
    ("sum without (job) (x)", "job"),
    ("sum without (job) (x)", "__name__"),
    ("topk(1, sum by (job) (x))", "instance"),
    ('count_values("version", x)', "job"),
    ("quantile(0.5, x)", "job"),
    ("absent(x)", "job"),
    ('absent(x{job=~"a"})', "job"),
    ('absent(x{job=""})', "job"),
    ('absent(sum(x{job="a"}))', "job"),
    ("absent_over_time(x[5m])", "job"),
    ("vector(1)", "job"),
    ("vector(scalar(x))", "job"),
    ("hour()", "job"),
    ("time()", "job"),
    ("1 + 1", "job"),
    ("-(1 + 1)", "job"),
    ("rate(x[5m])", "__name__"),
    ("-x", "__name__"),
    ("x * 2", "__name__"),
    ("2 > bool x", "__name__"),
    ("histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))", "le"),
    ("histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))", "instance"),
    ("max_over_time(sum by (job) (x)[5m:1m])", "instance"),
    ('label_join(sum(x), "to", "", "job", "pod")', "to"),
    ("x * on (job) y", "instance"),
    ("x * ignoring (instance) y", "instance"),
    ("x > sum by (job) (y)", "instance"),
    ("sum by (job) (y) < x", "instance"),
    ("x and sum by (job) (y)", "instance"),
    ("sum by (job) (x) unless y", "instance"),
    ("sum by (job) (x) or sum by (job) (y)", "instance"),
    ("x * on (job) group_left (pod) sum by (job) (y)", "pod"),
    ("sum by (job) (y) * on (job) group_right (pod) x", "pod"),
    ("sum by (job) (x) * on (job) group_left y", "instance"),
    ("x * ignoring (pod) group_left sum by (job) (y)", "instance"),
]


@pytest.mark.parametrize(("expression", "label"), IMPOSSIBLE)
def test_impossible_labels_are_known(expression: str, label: str) -> None:
    """No series of the result has the label."""
    assert labels_of(expression).of(label).is_absent


POSSIBLE = [
    ("x", "job"),
    ("sum by (job) (x)", "job"),
    ("sum without (job) (x)", "instance"),
    ("topk by (job) (1, x)", "instance"),
    ("limitk(1, x)", "instance"),
    ('count_values without (version) ("version", x)', "version"),
    ('absent(x{job="a"})', "job"),
    ('absent(x{job="a", job!="b"})', "job"),
    ('absent_over_time(x{job="a"}[5m])', "job"),
    ("x > 1", "__name__"),
    ("x > y", "__name__"),
    ("x or sum(y)", "job"),
    ("sum(x) or y", "job"),
    ("x unless sum(y)", "job"),
    ("x and on (job) sum by (job) (y)", "instance"),
    ("x * on (job) group_left (pod) y", "pod"),
    ("sum by (job) (y) * on (job) group_right x", "instance"),
    ("x * ignoring (pod) group_left sum without (pod) (y)", "pod"),
    ('label_replace(sum(x), "to", "$1", "job", "(.*)")', "to"),
    ('label_replace(sum(x), "to", "a", "job", "(.*)")', "to"),
    ('label_replace(x, "job", "", "job", "(.*)")', "job"),
    ('label_join(sum by (job) (x), "to", "", "job")', "to"),
    ("histogram_fraction(0, 1, x)", "le"),
    ("histogram_fraction(0, 1, x)", "job"),
    ("x + fill (0) sum(y)", "job"),
]


@pytest.mark.parametrize(("expression", "label"), POSSIBLE)
def test_possible_labels_are_neither_absent_nor_guaranteed(expression: str, label: str) -> None:
    """The result may have series with and without the label."""
    domain = labels_of(expression).of(label)
    assert not domain.is_absent
    assert not domain.is_guaranteed


GUARANTEED = [
    ('x{job!=""}', "job"),
    ('x{job=~".+"}', "job"),
    ('sum by (job) (x{job="a"})', "job"),
    ('count_values("version", x)', "version"),
    ('label_join(x, "to", "-", "job", "pod")', "to"),
    ('label_join(x{job="a"}, "to", "", "job", "pod")', "to"),
    ('x{job="a"} / on (job) y', "job"),
    ('x / on (job) y{job="a"}', "job"),
    ('x / y{job="a"}', "job"),
    ('x{job="a"} or y{job="b"}', "job"),
    ('x * on (job) group_left (pod) y{pod!=""}', "pod"),
    ("last_over_time(x[5m])", "__name__"),
    ("sort(x)", "__name__"),
    ("abs(x{job='a'})", "job"),
]


@pytest.mark.parametrize(("expression", "label"), GUARANTEED)
def test_guaranteed_labels_are_known(expression: str, label: str) -> None:
    """Every series of the result has the label."""
    assert labels_of(expression).of(label).is_guaranteed


def test_values_are_narrowed_and_joined() -> None:
    """Matchers and joins narrow the values, and ``or`` unites them."""
    assert labels_of('x{job=~"a|b", job!="a"}').of("job") == exactly(["b"])
    assert labels_of('x{job=~"a|b"} / on (job) y{job=~"b|c"}').of("job") == exactly(["b"])
    assert labels_of('x{job="a"} or y{job="b"}').of("job") == exactly(["a", "b"])
    assert labels_of('x{job="a"} / on (job) y{job="b"}').of("job") == exactly(["a"])
    assert labels_of('label_replace(x{job="a"}, "job", "b", "pod", ".*")').of("job") == exactly(["a", "b"])


@pytest.mark.parametrize(
    "node",
    [
        Call("info", (parse("sum(x)"),)),
        Call("label_replace", (parse("sum(x)"), Number(1))),
        Call("label_join", (parse("sum(x)"), Number(1))),
    ],
)
def test_an_unknown_function_may_return_any_label(node: Call) -> None:
    """Known functions with unusual arguments may return any label as well."""
    assert flowed(node, (labels_of("sum(x)"), LabelSet({}, Domain(frozenset()), scalar=True))).of("job") == Domain(
        frozenset(), others=True
    )


def test_count_values_without_a_literal_name_may_have_any_label() -> None:
    """The name of the label is not known."""
    strange = Aggregation("count_values", Vector("x"), None, Number(1))
    assert not flowed(strange, (labels_of("1"), labels_of("x"))).of("job").is_absent


def test_texts_and_numbers_are_scalars() -> None:
    """Texts and numbers take no part in matching."""
    assert labels_of("1").scalar
    assert flowed(Text("a"), ()).scalar
    assert not labels_of("vector(1)").scalar
    assert labels_of("scalar(x) + 1").scalar


def conflict_in(expression: str) -> Conflict | None:
    """Return the conflict at an expression's root."""
    tree = parse(expression)
    assert isinstance(tree, Binary)
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    return conflict(tree, known[id(tree.left)], known[id(tree.right)])


@pytest.mark.parametrize(
    "expression",
    [
        'x{job="a"} / on (job) y{job="b"}',
        'x{job="a"} / y{job="b"}',
        'x{job="a"} and sum(y)',
        'sum(x) unless on (job) y{job!=""}',
        'x{job="a"} / ignoring (pod) y{job="b"}',
        'x{job=~"a|b"} * on (job) group_left y{job=~"c|d"}',
    ],
)
def test_sides_without_a_common_value_never_match(expression: str) -> None:
    """One side lacks the label, or both require different values."""
    found = conflict_in(expression)
    assert found is not None
    assert found.label == "job"


@pytest.mark.parametrize(
    "expression",
    [
        "x / y",
        "x / on (job) sum(y)",
        'x{job="a"} or y{job="b"}',
        'x{job="a"} / ignoring (job) y{job="b"}',
        'x{job="a"} / on (pod) y{job="b"}',
        'x{job="a"} / on () y{job="b"}',
        'x{job="a"} > 1',
        '1 < x{job="a"}',
        'x{job="a"} + fill (0) y{job="b"}',
        "x / on (__name__) y",
    ],
)
def test_sides_that_can_match_have_no_conflict(expression: str) -> None:
    """The label is ignored, possible on both sides, or not needed."""
    assert conflict_in(expression) is None
