"""Tests of reading promtool's output. A real promtool 2.42 wrote every output here."""

from __future__ import annotations

import pytest

from gonogo.formats.promtool_words import PromtoolReason, Word, last_words, words


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        (
            (
                'r.yml: 5:11: group "a", rule 1, "x": could not parse expression: '
                "3:1: parse error: unclosed left parenthesis"
            ),
            (PromtoolReason("unclosed left parenthesis", 5, 11, "a", 1, "x", (3, 1)),),
        ),
        (
            'r.yml: 6:13: group "a", rule 2, "x y": invalid recording rule name: x y',
            (PromtoolReason("invalid recording rule name: x y", 6, 13, "a", 2, "x y"),),
        ),
        (
            'r.yml: group "a", rule 3, "foo": annotation "a": template: __alert_foo:1: function "bad" not defined',
            (
                PromtoolReason(
                    'annotation "a": template: __alert_foo:1: function "bad" not defined', 0, 0, "a", 3, "foo"
                ),
            ),
        ),
        (
            "r.yml: yaml: unmarshal errors:\n  line 3: field rulez not found\n  line 7: cannot unmarshal !!seq",
            (PromtoolReason("field rulez not found", 3), PromtoolReason("cannot unmarshal !!seq", 7)),
        ),
        ("r.yml: yaml: line 4: did not find expected key", (PromtoolReason("did not find expected key", 4),)),
        (
            "r.yml: yaml: control characters are not allowed",
            (PromtoolReason("yaml: control characters are not allowed"),),
        ),
        ('r.yml: not a valid duration string: "5"', (PromtoolReason('not a valid duration string: "5"'),)),
        (
            'r.yml: 1:21: groupname: "g" is repeated in the same file\nr.yml: 16:3: Groupname must not be empty',
            (
                PromtoolReason('groupname: "g" is repeated in the same file', 1, 21),
                PromtoolReason("Groupname must not be empty", 16, 3),
            ),
        ),
        ("r.yml: yaml: unmarshal errors:\n  what nobody has seen yet", (PromtoolReason("what nobody has seen yet"),)),
    ],
)
def test_reasons_are_read_with_their_places(said: str, reasons: tuple[PromtoolReason, ...]) -> None:
    """A place has line and column of the file, the rule, and line and column within its expression."""
    assert words(f"Checking r.yml\n  FAILED:\n{said}\n\n") == (Word("r.yml", accepted=False, reasons=reasons),)


def test_the_reason_for_a_configuration_is_after_failed() -> None:
    """A second line of the reason has the line of the file."""
    output = "Checking p.yml\n  FAILED: parsing YAML file p.yml: yaml: unmarshal errors:\n  line 2: field x not found\n"
    assert words(output) == (Word("p.yml", accepted=False, reasons=(PromtoolReason("field x not found", 2),)),)
    output = 'Checking p.yml\n  FAILED: "no/x.yml" does not point to an existing file\n'
    (word,) = words(output)
    assert word.reasons == (PromtoolReason('"no/x.yml" does not point to an existing file'),)


def test_each_file_is_accepted_refused_or_not_mentioned() -> None:
    """The output lists the files one after another."""
    output = (
        "Checking p.yml\n  SUCCESS: 2 rule files found\n SUCCESS: p.yml is valid prometheus config file syntax\n\n"
        "Checking a.yml\n  SUCCESS: 1 rules found\n\n"
        "Checking b.yml\n  FAILED:\n     b.yml: not so\n\n"
        "Checking c.yml\n"
    )
    assert [(word.path, word.accepted) for word in words(output)] == [
        ("p.yml", True),
        ("a.yml", True),
        ("b.yml", False),
        ("c.yml", False),
    ]


def test_a_failure_without_a_reason_has_no_reason() -> None:
    """No reason is invented."""
    assert words("Checking a.yml\n  FAILED:\n") == (Word("a.yml", accepted=False),)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("promtool: error: path 'x.yml' does not exist, try --help\n", "path 'x.yml' does not exist, try --help"),
        ("Error response from daemon: No such container: prometheus\n\n", "No such container: prometheus"),
        ("fatal error: out of memory\n\ngoroutine 1:\nruntime/asm_amd64.s:345 +0x11c\n", "fatal error: out of memory"),
        ("", "the program printed no output"),
    ],
)
def test_an_output_without_files_still_gives_a_cause(output: str, told: str) -> None:
    """The cause is the last line that is not empty, or that of a crash."""
    assert words(output) == ()
    assert last_words(output).endswith(told)
