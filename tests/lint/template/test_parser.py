"""Tests of the parser: templates that Go refuses, and the places of the mistakes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.pipelines import DEEPEST
from gonogo.lint.template.reading import template
from gonogo.lint.template.syntax import TooDeep, UnreadableTemplate

REFUSED = [
    ("{{ $value", "{{", "the action that begins here is not closed by '}}'"),
    ("{{ $labels.x }", "}", "the action is closed by '}' instead of '}}'"),
    ("{{/* x", "{{", "a comment that begins here is not closed"),
    ("{{/* x */ $value }}", "*/", "a comment must fill its action: '}}' is missing after it"),
    ("{{ /* x */ }}", "/", "'/' has no meaning in an action"),
    ("{{ ($value }}", "}}", "a bracket is not closed before the action ends"),
    ("{{ $value) }}", ")", "this bracket closes nothing"),
    ("{{ § }}", "§", "'§' has no meaning in an action"),
    ("{{ 1x }}", "1x", "'1x' is not a number"),
    ("{{ $labels.a-b }}", "-", "'-' cannot follow '.a'"),
    ("{{ $value! }}", "!", "'!' cannot follow '$value'"),
    ('{{ "x }}', '"', 'the text that begins with " is not closed'),
    ('{{ "\\d" }}', '"\\d"', '"\\d" has an escape that Go does not know'),
    ("{{ $label.x }}", "$label", "there is no variable $label"),
    ("{{ humanise $value }}", "humanise", "there is no function 'humanise'"),
    ("{{ humanize($value) }}", "(", "'(' is not expected here"),
    ("{{ nil.x }}", ".x", "'.x' is not expected here"),
    ("{{ , }}", ",", "',' is not expected here"),
    ("{{}}", "}}", "a value is missing in an action"),
    ("{{ $value | }}{{ end }}", "end", "'end' is not expected here"),
    ('{{ $value | "x" }}', '"x"', "'\"x\"' cannot take what comes before '|'"),
    ("{{ $value | . }}", ".", "'.' cannot take what comes before '|'"),
    ("{{ end }}", "end", "'end' is not expected here"),
    ("{{ if $value }}x", "if", "'if' has no 'end'"),
    ("{{ if }}x{{ end }}", "}}", "a value is missing in if"),
    ("{{ if $value }}{{ else }}{{ else }}{{ end }}", "else", "a second 'else' for one 'if'"),
    ("{{ if $value }}{{ end x }}", "x", "'x' cannot follow 'end'"),
    ("{{ range $labels }}{{ else if $value }}{{ end }}", "if", "'if' cannot follow 'else'"),
    ("{{ break }}", "break", "'break' outside of 'range'"),
    ("{{ range $labels }}{{ continue 1 }}{{ end }}", "1", "'1' cannot follow 'continue'"),
    ("{{ $x, $y := $labels }}", ",", "too many variables in an action"),
    ("{{ range $x, $y, $z := $labels }}{{ end }}", ",", "too many variables in range"),
    ("{{ range $x, 1 }}{{ end }}", "1", "'range' can only declare variables"),
    ("{{ if $value }}{{ $x := 1 }}{{ end }}{{ $x }}", "$x", "there is no variable $x"),
    ('{{ define "a" }}{{ $value }}{{ end }}', "$value", "there is no variable $value"),
    ('{{ define "a" }}{{ else }}{{ end }}', "else", "'else' is not expected here"),
    ('{{ if $value }}{{ define "a" }}{{ end }}{{ end }}', "define", "'define' is not expected here"),
    ("{{ define a }}{{ end }}", "a", "'a' is not expected here"),
    ("{{ template $value }}", "$value", "'$value' is not expected here"),
    ("{{ ( ) }}", ")", "a value is missing in brackets"),
    ("{{ $x := }}", "$x", "a value is missing in an action"),
    ("{{ $x := | $value }}", "|", "'|' is not expected here"),
]


def is_accepted(text: str) -> bool:
    """Return whether a template can be parsed."""
    try:
        parsed(text, SIGNATURES)
    except UnreadableTemplate:
        return False
    return True


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_a_template_that_go_refuses_is_refused_at_its_place(text: str, place: str, message: str) -> None:
    """The error has the place and the reason."""
    with pytest.raises(UnreadableTemplate) as caught:
        parsed(text, SIGNATURES)
    mistake = caught.value.mistake
    assert mistake.message == message
    assert text[mistake.offset :].startswith(place)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain } text",
        "{{- $value -}}",
        "{{-/* x */-}}".replace("-/", "- /").replace("/-", "/ -"),
        "{{/* x */}}",
        "{{ -3 }}{{ +1.5e3 }}{{ 0x1f }}{{ 'c' }}{{ .5 }}{{ true }}",
        "{{ `\\d` | print }}",
        '{{ "a\\tb\\x41\\101\\u0041\\U00000041" }}',
        "{{ if eq $value 1.0 }}a{{ else if $labels }}b{{ else }}c{{ end }}",
        "{{ with $labels.x }}{{ . }}{{ else with $labels.y }}{{ . }}{{ end }}",
        '{{ range $i, $e := query "up" }}{{ if $i }}{{ break }}{{ end }}{{ continue }}{{ else }}none{{ end }}',
        '{{ range query "up" }}{{ .Value }}{{ end }}',
        '{{ define "a" }}{{ . }}{{ end }}{{ template "a" $value }}{{ template "a" }}',
        '{{ block "b" $value }}{{ . }}{{ end }}',
        "{{ $x := $value }}{{ $x = 1.0 }}{{ $x }}",
        '{{ (query "up" | first).Labels.instance | toUpper | printf "%s" }}',
        "{{ print nil }}{{ $ }}{{ $.Labels.x }}{{ . }}",
        "{{ $value\n| humanize }}",
        "{{ $value | humanize | }}",
        "{{ $labels.größe }}",
    ],
)
def test_a_template_that_go_accepts_is_accepted(text: str) -> None:
    """The templates are unusual."""
    assert is_accepted(text)


def test_a_template_that_is_nested_too_deeply_is_not_judged() -> None:
    """Go may accept a deeply nested template."""
    with pytest.raises(TooDeep):
        parsed("{{ if $value }}" * (DEEPEST + 1) + "{{ end }}" * (DEEPEST + 1), SIGNATURES)
    with pytest.raises(TooDeep):
        parsed("{{ " + "(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1) + " }}", SIGNATURES)


PIECES = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "$x",
    ":=",
    "|",
    '"a"',
    "`",
    "(",
    ")",
    "if",
    "else",
    "end",
    "range",
    "define",
    "$value",
]


@given(
    st.lists(
        st.sampled_from(
            [*PIECES, "{{ nope }}", "{{ end }}", "humanize", ".Labels", ".x", ",", "1", "/*", "*/", "nil", "template"]
        )
    )
)
def test_each_mistake_of_any_text_is_inside_the_text(pieces: list[str]) -> None:
    """Every text is parsed or refused."""
    text = "".join(pieces)
    mistakes = template(text).mistakes
    assume(mistakes)
    assert all(0 <= mistake.offset <= len(text) for mistake in mistakes)
    assert all(mistake.length >= 1 for mistake in mistakes)
