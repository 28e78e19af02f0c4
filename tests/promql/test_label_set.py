"""Tests of the values that one label can have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.promql.label_set import ABSENT, ANY, PRESENT, Domain, exactly, matched
from gonogo.promql.tree import Matcher

VALUES = ("", "a", "b", "c")
domains = st.builds(Domain, st.frozensets(st.sampled_from(VALUES)), st.booleans())


@given(domains, domains, st.sampled_from((*VALUES, "another")))
def test_intersection_and_union_are_those_of_sets(one: Domain, other: Domain, value: str) -> None:
    """Intersection and union hold for each value."""
    assert (value in (one & other)) is (value in one and value in other)
    assert (value in (one | other)) is (value in one or value in other)


def test_a_domain_is_absent_guaranteed_or_empty() -> None:
    """The empty value stands for an absent label."""
    assert ABSENT.is_absent
    assert not ABSENT.is_guaranteed
    assert PRESENT.is_guaranteed
    assert exactly(["a"]).is_guaranteed
    assert not ANY.is_guaranteed
    assert not ANY.is_absent
    nothing = exactly(["a"]) & exactly(["b"])
    assert nothing.is_empty
    assert not nothing.is_guaranteed
    assert not ANY.is_empty


@pytest.mark.parametrize(
    ("op", "value", "domain"),
    [
        ("=", "a", exactly(["a"])),
        ("=", "", ABSENT),
        ("!=", "", PRESENT),
        ("!=", "a", Domain(frozenset({"a"}), others=True)),
        ("=~", "a|b", exactly(["a", "b"])),
        ("=~", "(a|b)", exactly(["a", "b"])),
        ("=~", "a|", exactly(["a", ""])),
        ("!~", "a|b", Domain(frozenset({"a", "b"}), others=True)),
        ("!~", "a|", Domain(frozenset({"a", ""}), others=True)),
        ("=~", ".+", PRESENT),
        ("=~", ".*", ANY),
        ("=~", "5..", PRESENT),
        ("!~", ".+", ABSENT),
        ("!~", "5..", ANY),
        ("!~", "5..|", PRESENT),
        ("=~", "(?i)a", PRESENT),
        ("=~", "(a", ANY),
    ],
)
def test_a_matcher_selects_a_domain_of_values(op: str, value: str, domain: Domain) -> None:
    """The domain is larger if only RE2 could decide."""
    assert matched(Matcher("job", op, value)) == domain


@pytest.mark.parametrize(
    ("domain", "op", "value", "narrowed"),
    [
        (exactly(["a1", "b1"]), "=~", "b.+", exactly(["b1"])),
        (exactly(["a1"]), "=~", "b.+", exactly([])),
        (exactly(["a1", ""]), "!~", "a.+", ABSENT),
        (exactly(["a1"]), "=~", "(?i)B", exactly(["a1"])),
        (PRESENT, "=~", "b.+", PRESENT),
        (ANY, "=", "b", exactly(["b"])),
    ],
)
def test_a_matcher_judges_each_known_value(domain: Domain, op: str, value: str, narrowed: Domain) -> None:
    """A known value that a pattern does not match is left out. It stays if only RE2 could decide."""
    assert domain.narrowed(Matcher("job", op, value)) == narrowed
