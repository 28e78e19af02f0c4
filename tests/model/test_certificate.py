"""The grammar of what a certificate asks."""

import pytest

from gonogo.model.certificate import Mean, Rises, Share, parse_criterion
from gonogo.model.condition import Operator, parse_condition


@pytest.mark.parametrize(
    "text",
    ["", "mean(v)", "max(v) <= 1", "mean(v, 2) <= 1", "rises(v) <= 0", "mean(v) <= 1 for 5m", "mean(v) <= 1 or x == 1"],
)
def test_refuses_what_the_grammar_does_not_have(text: str) -> None:
    """Each statistic takes exactly what it needs, and one comparison."""
    with pytest.raises(ValueError, match=r"criterion|needs|comparison"):
        parse_criterion(text)


def test_reads_each_statistic() -> None:
    """Share takes a condition, mean a signal, rises a signal and a height."""
    texts = ("share(ok == 1) >= 0.999", "mean(v) <= 0.2", "rises(v, 0.2) <= 0")
    share, mean, rises = (parse_criterion(text) for text in texts)
    assert share.statistic == Share(parse_condition("ok == 1"))
    assert mean.statistic == Mean("v")
    assert rises.statistic == Rises("v", 0.2)
    assert (share.bound.op, share.bound.bound) == (Operator.GE, 0.999)
    assert share.text == "share(ok == 1) >= 0.999"
