"""A report as JSON and as text."""

import json

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, RunState
from gonogo.model.policy import Gate, Policy, Runs
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.print import SHOWN_SUBJECTS, report_json, report_text
from tests.evidence_builder import NOW, evidence, policy, samples


def report(by: Policy, given: Evidence, skew: float | None = 0.1) -> Report:
    """Judge, and make a report as decide does."""
    return Report(judge(by, given, NOW), "gonogo.yaml", "0" * 64, "prod", "http://127.0.0.1:9090", "2.42.0", skew)


def test_json_has_the_keys_of_the_contract() -> None:
    """Other programs read these keys by name."""
    read = json.loads(report_json(report(policy("x == 1 or y == 1", runs=Runs(required=("obs-lint",))), evidence())))
    assert read["schema"] == "gonogo/verdict/v1"
    assert read["policy"] == {"path": "gonogo.yaml", "sha256": "0" * 64}
    assert read["source"] == {"url": "http://127.0.0.1:9090", "version": "2.42.0"}
    assert read["at"] == "2026-09-21T14:13:20.000Z"
    (subject,) = read["subjects"]
    gate, run = subject["gates"]
    assert set(gate) == {"gate", "outcome", "checks", "warnings"}
    assert [term["condition"] for term in gate["checks"][0]["terms"]] == ["x == 1", "y == 1"]
    (passed,) = run["checks"]
    assert passed["condition"] == "obs-lint passed"
    assert (passed["value"], passed["series"], "terms" in passed) == (None, None, False)


def test_a_nan_value_is_null_in_json_and_named_in_the_detail() -> None:
    """JSON has no NaN."""
    read = json.loads(report_json(report(policy("x == 1"), evidence(samples("duri_x", float("nan"))))))
    (check,) = read["subjects"][0]["gates"][0]["checks"]
    assert check["value"] is None
    assert "nan" in check["detail"]
    assert (check["outcome"], check["reason"]) == ("UNKNOWN", "not-finite")


def test_a_path_that_is_no_utf8_is_escaped() -> None:
    """A file name may have any bytes, but JSON may not."""
    read = json.loads(report_json(replace(report(policy("x == 1"), evidence()), policy_path="caf\udce9/ü.yaml")))
    assert read["policy"]["path"] == "caf\\udce9/ü.yaml"


def test_text_begins_with_the_verdict() -> None:
    """The first line also has the cause."""
    assert report_text(report(policy("x == 1"), evidence())).startswith("GO by gonogo.yaml on http://127.0.0.1:9090")
    failed = report_text(report(policy("x == 1", "y == 1"), evidence(samples("duri_x", 0.0))))
    assert failed.startswith("NO-GO ")
    assert failed.splitlines()[0].endswith(": failed g")
    assert "does not meet x == 1" in failed
    assert "[absent]: the server has no series duri_y" in failed


def test_text_names_failed_and_unknown_gates_separately() -> None:
    """The first line lists both kinds."""
    by = policy("x == 1", runs=Runs(required=("obs-lint",)))
    text = report_text(report(by, evidence(samples("duri_x", 0.0), runs={"obs-lint": RunState()})))
    assert text.splitlines()[0].endswith(": failed g; unknown obs-lint")


def test_text_shows_warnings_and_skew() -> None:
    """Warnings and a different clock are printed."""
    gate = Gate("g", (parse_condition("x == 1"),), warn=(parse_condition("x > 0.5"),))
    text = report_text(report(policy(gates=(gate,)), evidence(), skew=-3.0))
    assert "warning: x > 0.5: duri_x is 1" in text
    assert "the server's clock is 3.0 s behind this machine's clock" in text
    assert "clock" not in report_text(report(policy("x == 1"), evidence(), skew=None))


def test_text_of_many_subjects_shows_the_worst_and_counts_the_rest() -> None:
    """Ten thousand services must not fill a terminal."""
    by = policy("x == 1", subjects=("service",))
    many = tuple(samples("duri_x", 1.0, service=f"s{n:02d}") for n in range(SHOWN_SUBJECTS + 4))
    bad = samples("duri_x", 0.0, service="zz")
    text = report_text(report(by, evidence(*many, bad)))
    assert text.splitlines()[1] == "  NO-GO service=zz"
    assert text.splitlines()[-1] == "  and 5 more subjects: 5 GO (--format json shows all)"


def test_escape_sequences_of_label_values_are_escaped() -> None:
    """Label values may come from any program."""
    by = policy("x == 1", subjects=("service",))
    text = report_text(report(by, evidence(samples("duri_x", service="\x1b[2Jevil\u202e"))))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2Jevil\\u202e" in text


def test_a_label_value_cannot_forge_a_line() -> None:
    """No other line of the report can look like the first line or like a gate."""
    by = policy("x == 1", subjects=("service",))
    forged = report(by, evidence(samples("duri_x", service="a\nGO by me\t: every gate passes")))
    text = report_text(replace(forged, policy_path="gonogo.yaml\nGO"))
    assert sum("GO by" in line for line in text.splitlines()) == 2
    assert text.splitlines()[0].startswith("GO by gonogo.yaml\\nGO on ")
    assert text.splitlines()[1] == "  GO service=a\\nGO by me\\t: every gate passes"


def test_the_same_report_is_the_same_text() -> None:
    """The text does not depend on the time or the machine."""
    first = report(policy("x == 1"), evidence())
    assert report_text(first) == report_text(replace(first))


def test_conditions_of_a_gate_with_one_cause_share_a_line() -> None:
    """A condition with its own cause, and a condition that is not UNKNOWN, keep their lines."""
    by = policy("x == 1", "y == 1", "x <= 2")
    _, gate, unknown, failed = report_text(report(by, evidence(samples("duri_y", 0.0)))).splitlines()
    assert gate == "  FAIL    g"
    assert unknown.startswith("          UNKNOWN x == 1; x <= 2 [absent]: the server has no series duri_x; ")
    assert failed.startswith("          FAIL    y == 1: ")


def test_a_cause_of_several_gates_is_printed_once() -> None:
    """The conditions are named below the cause."""
    gates = (Gate("a", (parse_condition("x == 1"), parse_condition("x <= 2"))), Gate("b", (parse_condition("x >= 0"),)))
    _, cause, names, *rest = report_text(report(policy(gates=gates), evidence(samples("duri_y", 1.0)))).splitlines()
    assert cause.startswith("  UNKNOWN in 2 gates [absent]: the server has no series duri_x; ")
    assert names == "          a: x == 1; x <= 2; b: x >= 0"
    assert rest == ["  UNKNOWN a", "  UNKNOWN b"]


def test_a_cause_of_several_subjects_is_printed_once_with_their_number() -> None:
    """A gate is named once, and not once for each subject."""
    given = evidence(*(samples("duri_x", 1.0, service=name) for name in ("cart", "pay")), samples("duri_x"))
    _, cause, names, *_ = report_text(report(policy("x == 1", subjects=("service",)), given)).splitlines()
    assert cause.startswith(
        "  UNKNOWN for 2 subjects [ambiguous]: duri_x has a series without the subject label service"
    )
    assert names == "          g: x == 1 (2 subjects)"
