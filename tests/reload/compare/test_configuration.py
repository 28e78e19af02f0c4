"""The configuration that a server shows, compared with the staged one."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.reload.compare.configuration import Difference, difference
from gonogo.reload.compare.document import Tree, read
from tests.reload.compare.kinds import FOLDER, KINDS, SHOWN, written
from tests.reload.compare.single_edits import single_edits

GLOBAL = "global: {scrape_interval: 1m, scrape_timeout: 10s, evaluation_interval: 1m}"
kinds = pytest.mark.parametrize("kind", KINDS)


def job(rest: str = "") -> str:
    """Show a scrape job as a server does, with more keys."""
    usual = "honor_timestamps: true, metrics_path: /metrics, scheme: http, follow_redirects: true, enable_http2: true"
    times = "scrape_interval: 1m, scrape_timeout: 10s"
    return f"{GLOBAL}\nscrape_configs: [{{job_name: a, {times}, {usual}{', ' if rest else ''}{rest}}}]"


JOB = "scrape_configs: [{job_name: a}]"


def words(found: tuple[Difference, ...]) -> list[str]:
    """Return the clauses of the differences."""
    return [one.words for one in found]


@kinds
def test_every_single_edit_of_a_configuration_is_a_difference(kind: str) -> None:
    """Each edit is found, also if the server had the unedited configuration before."""
    edits = dict(single_edits(KINDS[kind]))
    assert [what for what, edited in edits.items() if not difference(edited, SHOWN[kind], folder=FOLDER)] == []
    same = [
        what for what, edited in edits.items() if not difference(edited, SHOWN[kind], KINDS[kind], before=SHOWN[kind])
    ]
    assert same == []


@kinds
def test_no_text_of_a_difference_has_a_secret(kind: str) -> None:
    """No secret of the file or of the server is in the text."""
    texts = [
        f"{one.path} {one.staged} {one.loaded} {one.words}"
        for edited in ("", *dict(single_edits(KINDS[kind])).values())
        for shown in (SHOWN[kind], KINDS[kind], SHOWN["nothing"])
        for one in difference(edited, shown)
    ]
    assert [text for text in texts if "hush" in text] == []
    assert len(texts) > 1


def test_there_are_hundreds_of_edits() -> None:
    """The kinds of configuration have more than 900 single edits."""
    assert sum(len(list(single_edits(text))) for text in KINDS.values()) > 900


@kinds
def test_each_kind_of_configuration_equals_its_shown_form(kind: str) -> None:
    """The folder may be known or not, and the configuration before may be of any kind."""
    assert difference(KINDS[kind], SHOWN[kind]) == ()
    assert difference(KINDS[kind], SHOWN[kind], folder=FOLDER) == ()
    for other in KINDS:
        assert difference(KINDS[kind], SHOWN[kind], KINDS[other], before=SHOWN[other], folder=FOLDER) == ()


@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers())
def test_the_order_of_keys_is_no_difference(kind: str, seed: int) -> None:
    """Keys may be in any order at any depth."""
    shaken = _shaken(read(KINDS[kind], "it"), random.Random(seed))  # noqa: S311 - an order, no secret
    assert difference(written(shaken), SHOWN[kind]) == ()


def _shaken(tree: Tree, order: random.Random) -> Tree:
    if isinstance(tree, dict):
        keys = list(tree)
        order.shuffle(keys)
        return {key: _shaken(tree[key], order) for key in keys}
    return [_shaken(item, order) for item in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("broken", ["a: [", "- a", "a: 1\na: 2", "a: 1\n---\nb: 2"])
def test_an_unreadable_configuration_is_a_difference(broken: str) -> None:
    """The staged, the loaded or an earlier configuration cannot be read."""
    for found in (
        difference(broken, GLOBAL),
        difference("", broken),
        difference("", GLOBAL, broken),
        difference("", GLOBAL, "", before=broken),
    ):
        assert [one.words.partition(":")[0] for one in found] == ["the configurations cannot be compared"]


def test_a_difference_names_the_origin_of_the_loaded_value() -> None:
    """The value is from another configuration, or was in the file before."""
    loaded = job("honor_labels: true")
    path = "scrape_configs[a].honor_labels is true on the server and nothing in the file"
    assert words(difference(JOB, loaded, JOB)) == [f"{path} (it is from another configuration)"]
    before = "scrape_configs: [{job_name: a, honor_labels: true}]"
    assert words(difference(JOB, loaded, before, before=loaded)) == [f"{path} (it was in the file before)"]


def test_the_default_of_an_unknown_key_must_stay_as_before() -> None:
    """A newer key that neither file gives is the server's default, unless the server showed another value before."""
    loaded = job("newest: fast, words: [a, b], part: {more: 1}")
    assert difference(JOB, loaded, JOB, before=loaded) == ()
    for edited in ("newest: slow", "words: [a]", "more: 2"):
        key = edited.partition(":")[0]
        other = re.sub(rf"{key}: (\[.*?\]|\w+)", edited, loaded)
        assert other != loaded
        assert [one.path.split(".")[-1] for one in difference(JOB, other, JOB, before=loaded)] == [key]
    assert difference(JOB, job(), JOB, before=loaded) == ()


def test_an_unknown_key_is_a_default_at_a_first_reload() -> None:
    """A first reload and a new job have no earlier load. A new job is accepted if the jobs agree with each other."""
    loaded = job("newest: fast, words: [a, b]")
    two = "scrape_configs: [{job_name: a}, {job_name: b}]"
    item = loaded.partition("[")[2].removesuffix("]")
    other = item.replace("job_name: a", "job_name: b")
    assert difference(JOB, loaded) == difference(JOB, loaded, JOB) == difference(JOB, loaded, before=loaded) == ()
    assert difference(two, f"{GLOBAL}\nscrape_configs: [{item}, {other}]", JOB, before=loaded) == ()
    slow = other.replace("fast", "slow")
    assert len(difference(two, f"{GLOBAL}\nscrape_configs: [{item}, {slow}]", JOB, before=loaded)) == 1
    assert difference(two, f"{GLOBAL}\nscrape_configs: [{item}, {slow}]", JOB, before=job()) == ()
    assert difference(JOB, loaded.replace("newest: fast", "newest: [{a: b}]"))
    assert difference(JOB, loaded.replace("newest: fast", "newest_sd_configs: [a]"))


def test_a_newer_key_that_the_file_gave_before_must_be_gone() -> None:
    """The old value may also be the default. That is certain only if the server does not show the old file."""
    old = "scrape_configs: [{job_name: a, newest: fast}]"
    loaded = job("newest: fast")
    path = "scrape_configs[a].newest is fast on the server and nothing in the file"
    assert words(difference(JOB, loaded, old, before=loaded)) == [f"{path} (it was in the file before)"]
    assert difference(JOB, job("newest: slow"), old, before=loaded) == ()
    assert difference(JOB, job(), old, before=loaded) == ()
    longer = "scrape_configs: [{job_name: a, scrape_timeout: 5s}]"
    assert (
        difference(
            longer,
            loaded.replace(
                "[{job_name: a, scrape_interval: 1m, scrape_timeout: 10s",
                "[{job_name: a, scrape_interval: 1m, scrape_timeout: 5s",
            ),
            old,
            before=loaded,
        )
        == ()
    )
    assert difference(longer, loaded, old, before=loaded)


def test_an_omitted_regex_is_the_default() -> None:
    """Prometheus does not show the default regex since 2.54. Version 2.42 shows an empty regex as null."""
    staged = "scrape_configs: [{job_name: a, relabel_configs: [{target_label: b, replacement: x}]}]"
    explicit = staged.replace("target_label", "regex: (.*), target_label")
    empty = staged.replace("target_label", "regex: '', target_label")
    shown = job("relabel_configs: [{separator: ;, REST target_label: b, replacement: x, action: replace}]")
    for file in (staged, explicit):
        assert difference(file, shown.replace("REST", "")) == ()
        assert difference(file, shown.replace("REST", "regex: (.*),")) == ()
        for other in ("regex: null,", "regex: '',", "regex: (.+),"):
            assert len(difference(file, shown.replace("REST", other))) == 1
    assert difference(empty, shown.replace("REST", "regex: null,")) == ()
    assert difference(empty, shown.replace("REST", "regex: '',")) == ()
    assert len(difference(empty, shown.replace("REST", ""))) == 1


def test_false_in_a_job_overrides_the_section_global() -> None:
    """A limit of 0 in a job does not override the global limit. The value ``false`` does."""
    shared = "global: {newest: true, sample_limit: 5}"
    shown = job("HERE").replace("evaluation_interval: 1m", "evaluation_interval: 1m, newest: true, sample_limit: 5")
    for file, server, same in (
        ("newest: false", "newest: false, sample_limit: 5", True),
        ("newest: false", "newest: true, sample_limit: 5", False),
        ("newest: true", "newest: false, sample_limit: 5", False),
        ("sample_limit: 0", "newest: true, sample_limit: 5", True),
        ("sample_limit: 6", "newest: true, sample_limit: 5", False),
        ("sample_limit: 6", "newest: true, sample_limit: 6", True),
    ):
        staged = f"{shared}\nscrape_configs: [{{job_name: a, {file}}}]"
        assert (difference(staged, shown.replace("HERE", server)) == ()) is same, (file, server)


def test_a_value_inherited_from_the_section_global_is_no_default() -> None:
    """The job may show another value without the global one, as ``metric_name_validation_scheme`` does."""
    old = f"global: {{newest: slow}}\n{JOB}"
    assert (
        difference(
            JOB,
            job("newest: fast"),
            old,
            before=job("newest: slow").replace("evaluation_interval: 1m", "evaluation_interval: 1m, newest: slow"),
        )
        == ()
    )
    assert len(difference(JOB, job("newest: fast"), JOB, before=job("newest: slow"))) == 1


def test_an_entry_of_a_list_is_no_default() -> None:
    """A job or rule file of another configuration is a difference, also if it was there before."""
    files = f"{GLOBAL}\nrule_files: [/a]"
    assert [one.path for one in difference("", job(), "", before=job())] == ["scrape_configs[a]"]
    assert [one.path for one in difference("", files, "", before=files)] == ["rule_files"]


def test_a_default_that_was_turned_off_is_a_difference() -> None:
    """Prometheus 2.42 does not show an empty ``replacement``, and 3.14 shows an empty text."""
    staged = "scrape_configs: [{job_name: a, relabel_configs: [{target_label: b}]}]"
    empty = staged.replace("target_label", "replacement: '', target_label")
    shown = job("relabel_configs: [{separator: ;, regex: (.*), REST target_label: b, action: replace}]")
    path = "scrape_configs[a].relabel_configs[0].replacement"
    for loaded in (shown.replace("REST", ""), shown.replace("REST", "replacement: '',")):
        assert difference(empty, loaded) == ()
        assert [one.path for one in difference(staged, loaded)] == [path]
    usual = shown.replace("REST", "replacement: $1,")
    assert difference(staged, usual) == ()
    assert words(difference(empty, usual)) == [f'{path} is $1 on the server and "" in the file']
    assert words(difference(staged, shown.replace("REST", ""))) == [
        f"{path} is $1 by the file and nothing on the server"
    ]


def test_jobs_are_compared_by_name_and_their_order_counts() -> None:
    """Jobs are compared by their place if a name occurs twice or is missing."""
    one, two = job().partition("[")[2].removesuffix("]"), job().partition("[")[2].removesuffix("]")
    two = two.replace("job_name: a", "job_name: b")
    staged = "scrape_configs: [{job_name: a}, {job_name: b}]"
    shown = f"{GLOBAL}\nscrape_configs: [%s]"
    assert difference(staged, shown % f"{one}, {two}") == ()
    assert words(difference(staged, shown % f"{two}, {one}")) == [
        "scrape_configs is in another order on the server: [b, a], in the file [a, b]"
    ]
    assert [(d.path, d.staged != "nothing", d.loaded != "nothing") for d in difference(staged, shown % two)] == [
        ("scrape_configs[a]", True, False)
    ]
    assert [d.path for d in difference(JOB, shown % f"{one}, {two}")] == ["scrape_configs[b]"]
    assert [d.path for d in difference(staged, shown % f"{one}, {one}")] == ["scrape_configs[1].job_name"]
    assert difference("scrape_configs: [1]", shown % one)


def test_a_difference_of_lists_names_missing_and_extra_entries() -> None:
    """If no entry is missing or extra, the difference is the order."""
    staged = "rule_files: [/a, /b, /b]"
    assert [(d.staged, d.loaded) for d in difference(staged, f"{GLOBAL}\nrule_files: [/b, /c]")] == [
        ("/a", "nothing"),
        ("/b", "nothing"),
        ("nothing", "/c"),
    ]
    assert [d.words for d in difference(staged, f"{GLOBAL}\nrule_files: [/b, /a, /b]")] == [
        "rule_files is in another order on the server: [/b, /a, /b], in the file [/a, /b, /b]"
    ]


def test_a_difference_in_a_hidden_part_is_reported() -> None:
    """The hidden parts are not shown."""
    staged = "remote_read: [{url: 'http://127.0.0.1/?token=one'}]"
    loaded = (
        f"{GLOBAL}\nremote_read: [{{url: 'http://127.0.0.1/?token=two', remote_timeout: 1m, follow_redirects: true, "
    )
    loaded += "enable_http2: true, filter_external_labels: true}]"
    url = "http://127.0.0.1/?token=…"
    assert words(difference(staged, loaded)) == [
        f"remote_read[0].url is {url} on the server and {url} in the file (they differ in a part that is not shown)"
    ]


def test_parts_of_different_types_are_a_difference() -> None:
    """A mapping differs from a list. A server refuses a section that is a scalar."""
    assert difference("storage: [1]", f"{GLOBAL}\nstorage: {{tsdb: {{a: 1}}}}")
    assert difference("global: 7", GLOBAL)
    assert difference("scrape_configs: 7", GLOBAL)
    assert difference("storage: {tsdb: 1}", f"{GLOBAL}\nstorage: {{tsdb: {{outofordertimewindow: 0}}}}")
    assert difference("storage: []", f"{GLOBAL}\nstorage: {{}}") == ()


def test_the_defaults_that_version_3_adds_are_known() -> None:
    """The defaults are those of the source of Prometheus 3."""
    protocols = "[OpenMetricsText1.0.0, OpenMetricsText0.0.1, PrometheusText1.0.0, PrometheusText0.0.4]"
    rest = f"""track_timestamps_staleness: false, scrape_protocols: {protocols}, scrape_native_histograms: false,
      always_scrape_classic_histograms: false, convert_classic_histograms_to_nhcb: false, enable_compression: true,
      metric_name_validation_scheme: utf8, metric_name_escaping_scheme: allow-utf-8, extra_scrape_metrics: false"""
    loaded = job(rest).replace(
        "evaluation_interval: 1m", "evaluation_interval: 1m, metric_name_validation_scheme: utf8"
    )
    loaded += """
runtime: {gogc: 75}
otlp: {translation_strategy: UnderscoreEscapingWithSuffixes, label_name_underscore_sanitization: true}
"""
    assert difference(JOB, loaded) == ()
    for other in (("gogc: 75", "gogc: 50"), ("utf8, metric_name_esc", "legacy, metric_name_esc")):
        assert len(difference(JOB, loaded.replace(*other), JOB, before=loaded)) == 1
    assert difference(JOB, loaded.replace("allow-utf-8", "underscores"), JOB, before=loaded) == ()
    limits = "global: {sample_limit: 5, scrape_protocols: [PrometheusText0.0.4]}"
    taken = loaded.replace(protocols, "[PrometheusText0.0.4]").replace("job_name: a", "job_name: a, sample_limit: 5")
    with_limits = taken.replace("global: {", "global: {sample_limit: 5, scrape_protocols: [PrometheusText0.0.4], ")
    assert difference(f"{limits}\n{JOB}", with_limits) == ()
    assert difference(f"{limits}\n{JOB}", with_limits.replace("a, sample_limit: 5", "a, sample_limit: 6"))


def test_the_password_of_consul_is_compared_with_basic_auth() -> None:
    """The server shows the user of Consul as ``basic_auth`` with a masked password."""
    shown = """{server: 'localhost:8500', tag_separator: ',', scheme: http, allow_stale: true, refresh_interval: 30s,
      basic_auth: {username: ann, password: <secret>}, follow_redirects: true, enable_http2: true}"""
    staged = "scrape_configs: [{job_name: a, consul_sd_configs: [{username: ann, password: hush}]}]"
    assert difference(staged, job(f"consul_sd_configs: [{shown}]")) == ()
    assert difference(staged.replace("ann", "bob"), job(f"consul_sd_configs: [{shown}]"))
    assert difference(staged.replace(", password: hush", ""), job(f"consul_sd_configs: [{shown}]"))
