"""What the lint says of labels, held against a real Prometheus: no result has a label that is said to be impossible."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from gonogo.errors import SourceError
from gonogo.model.series import Series
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import backfill_openmetrics
from gonogo.promql.label_flow import conflict, flowed
from gonogo.promql.label_set import LabelSet, selected
from gonogo.promql.parser import parse
from gonogo.promql.tree import Binary, Vector, children, walk
from gonogo.server.api import query
from gonogo.server.http import Client

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("real-servers")]

CLIENT = Client()
LABELS = ("job", "instance", "code", "le", "zone")
SERIES = (
    *(f'm1{{job="{job}",instance="{instance}"}}' for job in "ab" for instance in "xy"),
    *(f'm2{{job="{job}",code="{code}"}}' for job in "ab" for code in (200, 500)),
    *(f'h_bucket{{job="{job}",le="{le}"}}' for job in "ab" for le in ("1", "5", "+Inf")),
    *("m4", 'm5{code="200"}', 'm6{job="a"}', 'm6{job="a",instance="x",code="500"}'),
)


@dataclass(frozen=True, slots=True)
class History:
    """A server with five minutes of samples, and their end."""

    url: str
    end: float


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Give a server some series, known in advance."""
    folder, end = tmp_path_factory.mktemp("labels"), float(int(time.time()))
    lines = [
        f"{one} {(place * step) % 7} {end - 300 + step * 10}" for place, one in enumerate(SERIES) for step in range(31)
    ]
    (folder / "history.om").write_text("\n".join([*lines, "# EOF\n"]), encoding="utf-8")
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    assert backfill_openmetrics(folder / "history.om", folder / "server" / "data").passed
    with prometheus(folder / "server", folder / "prometheus.yml") as server:
        yield History(server.url, end)


names = st.sampled_from((*LABELS, "__name__"))
lists = st.lists(names, max_size=3, unique=True).map(",".join)
values = st.sampled_from(["a", "b", "x", "200", "", "a|b", "a|", "(200|500)", ".+", ".*", "5.*", "[ab]"])
matchers = st.builds("{}{}'{}'".format, st.sampled_from(LABELS), st.sampled_from(["=", "!=", "=~", "!~"]), values)
selectors = st.builds(
    "{}{{{}}}".format,
    st.sampled_from(["m1", "m2", "h_bucket", "m4", "m5", "m6"]),
    st.lists(matchers, max_size=2).map(",".join),
)
numbers = st.sampled_from(["0", "2.5", "time()", "scalar(m4)"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Build expressions of expressions: functions, aggregations and operators of every kind."""
    over_time = st.sampled_from(["rate", "avg_over_time", "last_over_time", "absent_over_time", "present_over_time"])
    functions = st.sampled_from(["abs", "timestamp", "absent", "sort", "hour", "histogram_quantile(0.9, {})", "-({})"])
    aggregations = st.sampled_from(
        ["sum({})", "topk({}1, )", "quantile({}0.5, )", "count_values({}'code', )", "group({})"]
    )
    matching = st.one_of(st.just(""), st.builds("{} ({})".format, st.sampled_from(["on", "ignoring"]), lists))
    joins = st.builds("{} ({})".format, st.sampled_from(["group_left", "group_right"]), lists)
    return st.one_of(
        st.builds("{}({}[5m])".format, over_time, selectors),
        st.builds("{}(({})[5m:1m])".format, over_time, inner),
        st.builds(lambda name, one: name.format(one) if "{" in name else f"{name}({one})", functions, inner),
        st.builds(_aggregated, aggregations, st.sampled_from(["", "by", "without"]), lists, inner),
        st.builds(
            "label_replace({}, '{}', '{}', '{}', '{}')".format,
            *(inner, st.sampled_from(LABELS), st.sampled_from(["", "k", "$1"]), st.sampled_from(LABELS)),
            st.sampled_from(["(.*)", "(a)", ""]),
        ),
        st.builds(
            "label_join({}, '{}', '{}', '{}', '{}')".format,
            *(inner, st.sampled_from(LABELS), st.sampled_from(["", "-"])),
            *(st.sampled_from(LABELS), st.sampled_from(LABELS)),
        ),
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", ">", "<= bool"]), numbers),
        st.builds("({}) {} {} ({})".format, inner, st.sampled_from(["and", "or", "unless"]), matching, inner),
        st.builds("({}) {} {} ({})".format, inner, st.sampled_from(["/", "<", "== bool"]), matching, inner),
        st.builds("({}) * on ({}) {} ({})".format, inner, lists, joins, inner),
        st.builds("vector(scalar({}))".format, inner),
    )


def _aggregated(form: str, word: str, labels: str, inner: str) -> str:
    head, _, parameter = form.partition("(")
    grouping = f" {word} ({labels}) " if word else ""
    return f"{head}{grouping}({parameter.removesuffix(')').format('')}{inner})"


EXPRESSIONS = st.recursive(selectors, _larger, max_leaves=4)


def test_no_series_has_a_label_that_is_called_impossible(history: History) -> None:
    """The same goes for the value of a label. A match that is called impossible selects nothing."""
    answered = 0

    @settings(max_examples=400)
    @given(expression=EXPRESSIONS)
    def holds(expression: str) -> None:
        nonlocal answered
        answered += bool(_checked(history, expression))

    holds()
    assert answered > 50


def _checked(history: History, expression: str) -> tuple[Series, ...]:
    """Return the series of an expression. Each label of each series must be possible."""
    try:
        tree = parse(expression)
    except ValueError:
        reject()
    known: dict[int, LabelSet] = {}
    for node in reversed(list(walk(tree))):
        parts = tuple(known[id(part)] for part in children(node))
        known[id(node)] = selected(node) if isinstance(node, Vector) else flowed(node, parts)
    series = _answer(history, expression)
    root = known[id(tree)]
    for one in series:
        for label in {*one.labels, *root.named, *LABELS, "__name__"}:
            assert one.labels.get(label, "") in root.of(label), (label, one.labels)
    if isinstance(tree, Binary) and tree.operator != "unless":
        assert not series or conflict(tree, known[id(tree.left)], known[id(tree.right)]) is None
    return series


def _answer(history: History, expression: str) -> tuple[Series, ...]:
    """Evaluate; what cannot be (many-to-many matching, a label twice) has no series."""
    try:
        return tuple(query(CLIENT, history.url, expression, at=history.end).series)
    except SourceError:
        return ()
