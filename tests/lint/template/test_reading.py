"""Tests of the labels and values in templates, and of the mistakes in their expansion."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.meaning import meaning
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.pipelines import DEEPEST
from gonogo.lint.template.reading import simple, template


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("none", []),
        ("{{ $labels }}", []),
        ("{{ $labels.a }} {{ .Labels.b }}", ["a", "b"]),
        ("{{ $.Labels.a }}", ["a"]),
        ("{{ $l := $labels }}{{ $l.a | toUpper }}", ["a"]),
        ("{{ with $labels }}{{ .a }}{{ end }}", ["a"]),
        ('{{ index $labels "a-b" }}{{ (index .Labels "c") }}', ["a-b", "c"]),
        ("{{ index $labels $value }}", []),
        ('{{ "a" | index $labels }}', []),
        ('{{ printf "%s" $labels.a }}', ["a"]),
        ("{{ (printf `x`) }}{{ ($labels).a }}", ["a"]),
        ("{{ if $labels.a }}{{ $labels.a }}{{ end }}{{ $labels.b }}", ["b"]),
        ("{{ with $labels.a }}{{ . }}{{ end }}", []),
        ("{{ or $labels.a $labels.b }}", []),
        ('{{ range query "up" }}{{ .Labels.a }}{{ end }}', []),
        ("{{ range $k, $v := $labels }}{{ $k }}{{ $v.a }}{{ end }}", []),
        ('{{ define "t" }}{{ .Labels.a }}{{ end }}{{ template "t" . }}', []),
        ('{{ template "t" $labels.a }}{{ define "t" }}{{ end }}', ["a"]),
        ("{{ " + "(" * (DEEPEST + 1) + "$labels.a" + ")" * (DEEPEST + 1) + " }}", []),
    ],
)
def test_labels_that_a_template_shows_are_found(text: str, labels: list[str]) -> None:
    """Tested labels, and labels of other samples, do not count."""
    assert [use.label for use in template(text).labels] == labels


def test_external_labels_are_found_separately() -> None:
    """Each label has its place."""
    (use,) = template(
        "in {{ $externalLabels.region }}{{ if .ExternalLabels.x }}{{ .ExternalLabels.x }}{{ end }}"
    ).external
    assert (use.label, use.offset, use.length) == ("region", 21, 7)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ $value }}", ["$value"]),
        ("{{ .Value | humanize }}", [".Value | humanize"]),
        ('{{ printf "%.2f" $value }}', ['printf "%.2f" $value']),
        ("{{ $v := $value }}{{ $v }}", ["$v"]),
        ("{{ with $value }}{{ . }}{{ end }}", ["."]),
        ('{{ query "up" | first | value }}', ['query "up" | first | value']),
        ("{{ $v := `a` }}{{ if gt $value 1.0 }}{{ $v = `b` }}{{ end }}{{ $v }}", []),
        ("{{ $v := `a` }}{{ if $labels.b }}{{ $v = $value }}{{ end }}{{ $v }}", ["$v"]),
        ("{{ $v := $labels.a }}{{ $v = 1 }}{{ $v }}", []),
        ("{{ if gt $value 90.0 }}high{{ else }}low{{ end }}", []),
        ("{{ eq $value 1.0 }}", []),
        ("{{ range $value }}{{ . }}{{ end }}", []),
        ("{{ $labels.a }}", []),
    ],
)
def test_each_place_that_shows_the_value_is_found(text: str, shown: list[str]) -> None:
    """The value is followed through variables and functions. A comparison does not show it."""
    assert [text[one.offset : one.offset + one.length] for one in template(text).values] == shown


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{{ .Foo }}", ["the alert has no .Foo, only .Labels, .ExternalLabels, .ExternalURL, .Value"]),
        ("{{ $.foo.bar }}", ["the alert has no .foo, only .Labels, .ExternalLabels, .ExternalURL, .Value"]),
        ("{{ $labels.a.b }}", ["there is no .b in a text"]),
        ("{{ .ExternalURL.Host }}", ["there is no .Host in a text"]),
        ("{{ $value.x }}", ["there is no .x in a number"]),
        ('{{ template "t" }}', ["there is no template 't'"]),
        ("{{ humanize }}", ["'humanize' takes 1 argument, not 0"]),
        ('{{ reReplaceAll "a" "b" }}', ["'reReplaceAll' takes 3 arguments, not 2"]),
        ("{{ $value | humanize 1 }}", ["'humanize' takes 1 argument, not 2"]),
        ("{{ printf }}", ["'printf' takes at least 1 argument, not 0"]),
        ("{{ $labels.a 1 }}", ["only a function takes arguments"]),
        ("{{ .Labels 1 }}", ["only a function takes arguments"]),
        ("{{ . 1 }}", ["only a function takes arguments"]),
        ('{{ "x" 1 }}', ["only a function takes arguments"]),
        ("{{ $labels 1 }}", ["only a function takes arguments"]),
        ("{{ 1 | $value }}", ["only a function takes arguments"]),
        ("{{ gt $value 5 }}", ["'gt' cannot compare a fraction with an integer (write 5.0 for 5)"]),
        ("{{ 5 | eq $labels.a }}", []),
        ("{{ $value | lt 5 }}", ["'lt' cannot compare an integer with a fraction (write 5.0 for 5)"]),
        ("{{ eq $labels.a 1.0 }}", ["'eq' cannot compare a text with a fraction"]),
        ('{{ eq $labels.a "x" }}{{ eq $value 1e3 .5 }}{{ eq $value true }}{{ eq 0x1 $value }}', []),
        ("{{ (print 1).x }}{{ print.x }}{{ (print) 1 }}{{ print 1 nil }}{{ print externalURL }}", []),
        ("{{ range $labels }}{{ .Foo }}{{ . 1 }}{{ end }}", []),
        ("{{ print humanize }}", ["'humanize' takes 1 argument, not 0"]),
        ("{{ nope }}", ["there is no function 'nope'"]),
    ],
)
def test_an_expression_that_certainly_fails_is_a_mistake(text: str, messages: list[str]) -> None:
    """Only certain failures are mistakes."""
    assert [mistake.message for mistake in template(text).mistakes] == messages


def test_new_functions_are_noted() -> None:
    """Functions that not all versions have are noted."""
    assert [function.text for function in template("{{ now }}{{ $value | humanize }}").functions] == ["now"]


ACTIONS = st.builds(
    "{{{}{}{}}}".format,
    st.sampled_from(["{", "{ ", "{  "]),
    st.sampled_from(
        (
            *("$labels.a", ".Labels.b_1", "$labels", "$externalLabels.x", ".ExternalLabels", "$value"),
            *(".Value|humanize", "$value | humanize1024", 'printf "%.2f" .Value', '$value | printf "%d{{%%"'),
            *("humanizeDuration $value", "if $value", "$labels.a | toUpper", "$nope", "$labels.a.b"),
        )
    ),
    st.sampled_from(["}", " }"]),
)


@given(st.lists(st.one_of(ACTIONS, st.sampled_from(["text", "{", "}", "}}"]))))
def test_the_quick_reader_and_the_parser_agree(pieces: list[str]) -> None:
    """Both readers give the same meaning for each simple template."""
    text = "".join(pieces)
    glance = simple(text)
    assume(glance is not None)
    assert glance == meaning(parsed(text, SIGNATURES))
