"""Groups that read each other, and the orders to try."""

from __future__ import annotations

from gonogo.formats.files import read_rules
from gonogo.formats.yaml import parse
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleGroup
from gonogo.ruletests.core.group_order import GroupOrders, in_order, open_orders, order_problem, own_names, renamed
from gonogo.ruletests.core.loaded import Loaded
from tests.ruletests.core.loading import load_files, load_text

MAKER = "{name: maker, rules: [{record: made, expr: x}]}"
READER = "{name: reader, rules: [{record: read, expr: made}]}"
TEST = "tests: [{promql_expr_test: [{expr: read}]}]\n"


def loaded(*groups: str, order: str = "") -> Loaded:
    """Load groups, with ``group_eval_order`` if an order is given."""
    return load_text(f"[{', '.join(groups)}]", f"group_eval_order: [{order}]\n{TEST}" if order else TEST)


def test_two_groups_have_two_orders() -> None:
    """The order of the groups in the file makes no difference."""
    orders = open_orders(loaded(READER, MAKER))
    assert orders == GroupOrders(("maker", "reader"), ("reader", "maker"), "maker", "reader", ("reader", "maker"))


def test_a_fixed_order_is_not_changed() -> None:
    """The order is fixed if both groups are listed, or if the reader comes after the first place of unlisted groups."""
    assert open_orders(loaded(READER, MAKER, order="maker, reader")) is None
    assert open_orders(loaded(READER, MAKER, order="other, reader")) is None
    assert open_orders(loaded(MAKER)) is None


def test_listed_groups_keep_their_order() -> None:
    """Only the open place of the other group gets both answers."""
    orders = open_orders(loaded(READER, MAKER, "{name: late, rules: [{record: z, expr: z1}]}", order="reader, late"))
    assert orders is not None
    assert orders.makers_first == ("maker", "reader", "late")
    assert orders.readers_first == ("reader", "maker", "late")


def test_a_circle_of_groups_has_two_orders() -> None:
    """Neither order is right, but each of them can be tried."""
    back = "{name: maker, rules: [{record: made, expr: read}]}"
    orders = open_orders(loaded(READER, back))
    assert orders is not None
    assert orders.makers_first == tuple(reversed(orders.readers_first))


def test_groups_of_one_name_get_unique_names() -> None:
    """Listed groups get them too. The advice is to rename the groups for good."""
    files = {"a.yml": f"groups: [{MAKER}]\n", "b.yml": f"groups: [{READER.replace('reader', 'maker')}]\n"}
    one = load_files(files, f"rule_files: [a.yml, b.yml]\ngroup_eval_order: [maker]\n{TEST}")
    orders = open_orders(one)
    assert orders is not None
    assert orders.makers_first == orders.names == ("maker (1)", "maker (2)")
    assert orders.readers_first == ("maker (2)", "maker (1)")
    written = [read_rules(rules, "").groups[0].name for rules in in_order(one, orders, orders.makers_first).rules]
    assert tuple(written) == orders.names
    problem = order_problem(one, orders, orders.makers_first)
    assert "the group 'maker' of b.yml reads what the group 'maker' of a.yml records" in problem.message
    assert "only when 'maker' of a.yml is evaluated first" in problem.message
    assert problem.next_step == "give each group a name of its own, and list them in group_eval_order"


def test_a_trial_changes_only_the_order_of_groups() -> None:
    """The rest of the file stays."""
    one = loaded(READER, MAKER, order="x")
    orders = GroupOrders((), (), "", "", ("reader", "maker"))
    trial = in_order(one, orders, ("maker", "reader"))
    written = parse(trial.test, "").value
    before = one.unit.document.value
    assert isinstance(before, dict)
    assert written == {**before, "rule_files": ["0.yml"], "group_eval_order": ["maker", "reader"]}
    assert trial.rules == (one.sources[0].text,)


def test_the_problem_names_the_group_that_must_come_first() -> None:
    """The next step is the line that fixes the order."""
    one = loaded(READER, MAKER)
    orders = open_orders(one)
    assert orders is not None
    problem = order_problem(one, orders, orders.makers_first)
    assert "pass only when 'maker' is evaluated first" in problem.message
    assert problem.next_step == 'write group_eval_order: ["maker", "reader"]'
    other = order_problem(one, replace(orders), orders.readers_first)
    assert "pass only when 'reader' is evaluated first" in other.message


def test_only_shared_names_change() -> None:
    """A shared name changes to a unique name, and other names stay."""
    groups = [RuleGroup(name, ()) for name in ("a", "b", "a", "a (1)")]
    assert own_names(groups) == ("a (2)", "b", "a (3)", "a (1)")


def test_renaming_a_group_keeps_the_rest_of_the_files() -> None:
    """Files with unchanged names, and files without groups, are not touched."""
    first = "groups:\n- name: a\n  rules: [{record: x, expr: '1', labels: {v: 1.10}}]\n- name: b\n"
    texts = renamed([first, "", "groups: {}\n", "groups: [{name: 1}] # stays\n"], ["a (1)", "b", "1"])
    assert texts[1:] == ("", "groups: {}\n", "groups: [{name: 1}] # stays\n")
    new = parse(texts[0], "").value
    assert isinstance(new, dict)
    assert new["groups"][0]["name"] == "a (1)"
    assert "1.10" in texts[0]
    assert [list(group) for group in new["groups"]] == [["rules", "name"], ["name"]]
