"""Groups that read one another, and the orders to try."""

from __future__ import annotations

from dataclasses import replace

from gonogo.formats.yaml import parse
from gonogo.ruletests.core.group_order import GroupOrders, in_order, open_orders, order_problem
from gonogo.ruletests.core.loaded import Loaded
from tests.ruletests.core.loading import load_text

MAKER = "{name: maker, rules: [{record: made, expr: x}]}"
READER = "{name: reader, rules: [{record: read, expr: made}]}"
TEST = "tests: [{promql_expr_test: [{expr: read}]}]\n"


def loaded(*groups: str, order: str = "") -> Loaded:
    """Load groups, with ``group_eval_order`` where one is given."""
    return load_text(f"[{', '.join(groups)}]", f"group_eval_order: [{order}]\n{TEST}" if order else TEST)


def test_makers_first_and_the_other_way_round() -> None:
    """Whatever stands first in the file."""
    orders = open_orders(loaded(READER, MAKER))
    assert orders == GroupOrders(("maker", "reader"), ("reader", "maker"), "maker", "reader", ("reader", "maker"))


def test_a_settled_order_is_no_question() -> None:
    """Both groups are listed, or the reader comes after the unlisted ones, which share the first place."""
    assert open_orders(loaded(READER, MAKER, order="maker, reader")) is None
    assert open_orders(loaded(READER, MAKER, order="other, reader")) is None
    assert open_orders(loaded(MAKER)) is None


def test_what_is_listed_stays_in_its_order() -> None:
    """Only the open question is answered both ways: one listed first is in the place of those not listed."""
    orders = open_orders(loaded(READER, MAKER, "{name: late, rules: [{record: z, expr: z1}]}", order="reader, late"))
    assert orders is not None
    assert orders.makers_first == ("maker", "reader", "late")
    assert orders.readers_first == ("reader", "maker", "late")


def test_a_circle_of_groups_has_two_orders_as_well() -> None:
    """Neither is right, but whether it matters can be tried."""
    back = "{name: maker, rules: [{record: made, expr: read}]}"
    orders = open_orders(loaded(READER, back))
    assert orders is not None
    assert orders.makers_first == tuple(reversed(orders.readers_first))


def test_groups_of_one_name_are_in_no_order() -> None:
    """Listed or not: each is given a name of its own, and the advice is to do that for good."""
    one = loaded(MAKER, "{name: b.maker, rules: [{record: read, expr: made}]}", order="maker")
    files = ("a.yml", "b.yml")
    groups = tuple(replace(group, name="maker", file=file) for group, file in zip(one.groups, files, strict=True))
    orders = open_orders(replace(one, groups=groups))
    assert orders is not None
    assert orders.makers_first == orders.names == ("maker (1)", "maker (2)")
    assert orders.readers_first == ("maker (2)", "maker (1)")
    problem = order_problem(replace(one, groups=groups), orders, orders.makers_first)
    assert "the group 'maker' of b.yml reads what the group 'maker' of a.yml records" in problem.message
    assert "only when 'maker' of a.yml is evaluated first" in problem.message
    assert problem.next_step == "give each group a name of its own, and list them in group_eval_order"


def test_the_file_in_an_order() -> None:
    """Everything else stays."""
    one = loaded(READER, MAKER, order="x")
    written = parse(in_order(one, ("maker", "reader")), "").value
    before = one.unit.document.value
    assert isinstance(before, dict)
    assert written == {**before, "group_eval_order": ["maker", "reader"]}


def test_the_problem_names_who_must_come_first() -> None:
    """And the line that settles it."""
    one = loaded(READER, MAKER)
    orders = open_orders(one)
    assert orders is not None
    problem = order_problem(one, orders, orders.makers_first)
    assert "pass only when 'maker' is evaluated first" in problem.message
    assert problem.next_step == 'write group_eval_order: ["maker", "reader"]'
    other = order_problem(one, replace(orders), orders.readers_first)
    assert "pass only when 'reader' is evaluated first" in other.message
