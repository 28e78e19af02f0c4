"""What the lint says of templates, held against promtool: it refuses the same, and the same fails to expand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.reading import template
from gonogo.lint.template.syntax import UnreadableTemplate
from gonogo.programs.promtool import PROMTOOL, check_rules, run_tool

pytestmark = [pytest.mark.live, pytest.mark.versions]

PIECES = (
    *("{{", "}}", "{{-", "-}}", " ", " ", "$labels", ".Labels", ".instance", "$value", ".", "$x", ":=", "=", ",", "|"),
    *(
        '"a"',
        "`b`",
        '"\\d"',
        "(",
        ")",
        "if",
        "else",
        "end",
        "range",
        "with",
        "define",
        "template",
        "nil",
        "true",
        "1.5",
    ),
    *(
        "-3",
        "1x",
        "'c'",
        "humanize",
        "printf",
        "query",
        "foo",
        "/*",
        "*/",
        "\n",
        "!",
        "$labels.a-b",
        "break",
        "é",
        '"u',
    ),
    *("{{ end }}", "{{ else }}", "{{ if $value }}", '{{ range $i, $e := query "up" }}', "{{ $x := 1 }}", "{{/* c */}}"),
    *("{{ $labels.instance }}", "{{ $value | humanize }}", '{{ template "t" . }}', "text"),
)
batches = st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join), min_size=100, max_size=300)


def rule_file(folder: Path, texts: Sequence[str]) -> Path:
    """Write an alert for each text, named by its place."""
    rules = [{"alert": f"A{place}", "expr": "up", "annotations": {"text": text}} for place, text in enumerate(texts)]
    path = folder / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    return path


def refused(text: str) -> bool:
    """Tell whether the parser refuses a template."""
    try:
        parsed(text, SIGNATURES)
    except UnreadableTemplate:
        return True
    return False


@settings(max_examples=8)
@given(texts=batches)
def test_the_server_refuses_the_templates_that_lint_refuses(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    """The templates come from many kinds of text."""
    run = check_rules([rule_file(tmp_path_factory.mktemp("templates"), texts)], lint=False)
    by_promtool = {int(place) for place in re.findall(r"template: __alert_A(\d+):", run.output)}
    differing = [text for place, text in enumerate(texts) if refused(text) is not (place in by_promtool)]
    assert differing == []


FAILING = (
    *("{{ .Foo }}", "{{ $.foo }}", "{{ $labels.a.b }}", "{{ $value.x }}", "{{ .ExternalURL.Host }}", "{{ humanize }}"),
    *("{{ $value | humanize 1 }}", '{{ reReplaceAll "a" "b" }}', '{{ $labels.a "x" }}', "{{ $value | $labels.a }}"),
    *('{{ template "t" }}', "{{ with $labels }}{{ .a.b }}{{ end }}", "{{ printf }}", "{{ eq 1 }}", "{{ and }}"),
    *("{{ externalURL 1 }}", "{{ call }}", "{{ gt $value 5 }}", "{{ $value | lt 5 }}", "{{ eq $labels.a 1.0 }}"),
    *("{{ eq $value `x` }}", '{{ (index $labels "a").b }}', '{{ "x" 1 }}', "{{ ne 1 2 3 }}", "{{ print humanize }}"),
)
SOUND = (
    *(
        "{{ $labels }}",
        "{{ . }}",
        "{{ $ }}",
        "{{ $.Labels.a }}",
        '{{ index $labels "a" }}',
        "{{ print }}",
        "{{ args }}",
    ),
    *("{{ or $labels.b `none` }}", "{{ $labels.a | toUpper | title }}", "{{ toTime $value }}", "{{ gt $value 5.0 }}"),
    *("{{ stripPort $labels.a }}", "{{ stripDomain $labels.a }}", '{{ parseDuration "1h" }}', '{{ graphLink "up" }}'),
    *('{{ query "up" | first | value }}', '{{ sortByLabel "a" (query "up") }}', '{{ match "a" "b" }}', "{{ html }}"),
    *("{{ range $k, $v := $labels }}{{ $k }}{{ end }}", '{{ with query "up" }}{{ . | first | value }}{{ end }}'),
    *('{{ define "t" }}{{ .x }}{{ end }}', "{{ $x := 1 }}{{ $x = $value }}{{ $x }}", "{{ len $labels }}", "{{ 'x' }}"),
    *("{{ humanizeTimestamp $value }}", "{{ .ExternalLabels.x }}", "{{ eq $labels.b `` }}", "{{ eq $value 1e3 .5 }}"),
)


def test_the_server_fails_at_the_templates_that_lint_calls_failing(tmp_path: Path) -> None:
    """Promtool accepts all of them."""
    texts = (*FAILING, *SOUND)
    assert check_rules([rule_file(tmp_path, texts)]).passed
    asked = [{"eval_time": "1m", "alertname": f"A{place}", "exp_alerts": []} for place in range(len(texts))]
    series = [{"series": 'up{a="h.x:80"}', "values": "1 1 1"}]
    test = {"rule_files": ["rules.yml"], "tests": [{"input_series": series, "alert_rule_test": asked}]}
    (tmp_path / "rules_test.yml").write_text(json.dumps(test), encoding="utf-8")
    told = run_tool(PROMTOOL, "test", "rules", str(tmp_path / "rules_test.yml")).output.split("alertname: A")[1:]
    failing = {int(part.partition(",")[0]) for part in told if "error expanding template" in part}
    assert len(told) == len(texts)
    assert [texts[place] for place in sorted(failing)] == list(FAILING)
    assert [text for text in texts if template(text).mistakes] == list(FAILING)
