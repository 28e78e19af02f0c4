"""The errors of pydantic in words. The tests of the loader show most of them."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from gonogo.formats.yaml import parse
from gonogo.policy.complaints import Complaints
from gonogo.policy.mistakes import complain


def test_an_unknown_kind_of_error_has_the_text_of_pydantic() -> None:
    """A new kind of error is reported, not hidden."""
    complaints = Complaints(parse("rules: [a]", "f.yml"))
    error = ErrorDetails(type="some_new_type", loc=("rules", 0), msg="Input should be nicer", input="hunter2")
    complain(error, complaints)
    assert [str(problem) for problem in complaints.problems] == ["f.yml:1:9: rules[0]: Input should be nicer"]
