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
    """Give the clauses."""
    return [one.words for one in found]


@kinds
def test_every_single_edit_differs_from_what_is_shown(kind: str) -> None:
    """Also where the kind itself was there before."""
    edits = dict(single_edits(KINDS[kind]))
    assert [what for what, edited in edits.items() if not difference(edited, SHOWN[kind], folder=FOLDER)] == []
    same = [
        what for what, edited in edits.items() if not difference(edited, SHOWN[kind], KINDS[kind], before=SHOWN[kind])
    ]
    assert same == []


@kinds
def test_no_text_of_a_difference_has_a_secret(kind: str) -> None:
    """Whichever side it is on."""
    texts = [
        f"{one.path} {one.staged} {one.loaded} {one.words}"
        for edited in ("", *dict(single_edits(KINDS[kind])).values())
        for shown in (SHOWN[kind], KINDS[kind], SHOWN["nothing"])
        for one in difference(edited, shown)
    ]
    assert [text for text in texts if "hush" in text] == []
    assert len(texts) > 1


def test_there_are_more_than_a_hundred_edits() -> None:
    """Of configurations alone."""
    assert sum(len(list(single_edits(text))) for text in KINDS.values()) > 900


@kinds
def test_each_kind_is_equal_to_what_is_shown_of_it(kind: str) -> None:
    """With the folder known or not, and after any other kind."""
    assert difference(KINDS[kind], SHOWN[kind]) == ()
    assert difference(KINDS[kind], SHOWN[kind], folder=FOLDER) == ()
    for other in KINDS:
        assert difference(KINDS[kind], SHOWN[kind], KINDS[other], before=SHOWN[other], folder=FOLDER) == ()


@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers())
def test_the_order_of_keys_says_nothing(kind: str, seed: int) -> None:
    """At any depth."""
    shaken = _shaken(read(KINDS[kind], "it"), random.Random(seed))  # noqa: S311 - an order, no secret
    assert difference(written(shaken), SHOWN[kind]) == ()


def _shaken(tree: Tree, order: random.Random) -> Tree:
    if isinstance(tree, dict):
        keys = list(tree)
        order.shuffle(keys)
        return {key: _shaken(tree[key], order) for key in keys}
    return [_shaken(item, order) for item in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("broken", ["a: [", "- a", "a: 1\na: 2", "a: 1\n---\nb: 2"])
def test_what_cannot_be_read_is_a_difference(broken: str) -> None:
    """On any side."""
    for found in (
        difference(broken, GLOBAL),
        difference("", broken),
        difference("", GLOBAL, broken),
        difference("", GLOBAL, "", before=broken),
    ):
        assert [one.words.partition(":")[0] for one in found] == ["the configurations cannot be compared"]


def test_what_somebody_else_set_is_named_as_theirs() -> None:
    """And what the file before had as left over."""
    loaded = job("honor_labels: true")
    path = "scrape_configs[a].honor_labels is true on the server and nothing in the file"
    assert words(difference(JOB, loaded, JOB)) == [f"{path} (it is from another configuration)"]
    before = "scrape_configs: [{job_name: a, honor_labels: true}]"
    assert words(difference(JOB, loaded, before, before=loaded)) == [f"{path} (it was in the file before)"]


def test_a_key_that_nobody_knows_must_stay_as_it_was_before() -> None:
    """A newer key that neither file gives is the server's default, unless the server showed another value before."""
    loaded = job("newest: fast, words: [a, b], part: {more: 1}")
    assert difference(JOB, loaded, JOB, before=loaded) == ()
    for edited in ("newest: slow", "words: [a]", "more: 2"):
        key = edited.partition(":")[0]
        other = re.sub(rf"{key}: (\[.*?\]|\w+)", edited, loaded)
        assert other != loaded
        assert [one.path.split(".")[-1] for one in difference(JOB, other, JOB, before=loaded)] == [key]
    assert difference(JOB, job(), JOB, before=loaded) == ()


def test_a_key_that_nobody_knows_is_the_default_where_no_load_says_more() -> None:
    """At a first reload there is no other load; a new job has none either, and is like the others if they agree."""
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


def test_a_regex_that_is_left_out_is_the_default_and_no_other() -> None:
    """Prometheus leaves it out since 2.54; 2.42 shows an empty one as null."""
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


def test_a_job_may_say_false_where_the_section_global_says_true() -> None:
    """A limit of 0 gives way to the global one, ``false`` does not."""
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


def test_a_value_that_a_job_took_from_the_section_global_says_nothing_of_the_default() -> None:
    """So the job may show another value once the global one is gone, as ``metric_name_validation_scheme`` does."""
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


def test_what_is_in_a_list_is_no_default() -> None:
    """A job or rule file of another configuration is a difference, also if it was there before."""
    files = f"{GLOBAL}\nrule_files: [/a]"
    assert [one.path for one in difference("", job(), "", before=job())] == ["scrape_configs[a]"]
    assert [one.path for one in difference("", files, "", before=files)] == ["rule_files"]


def test_a_default_that_was_turned_off_is_a_difference() -> None:
    """An empty ``replacement`` is not shown at all by 2.42, and as an empty text by 3.14."""
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
    """Unless a name is there twice, or missing."""
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


def test_lists_of_texts_name_what_is_missing_and_what_is_too_many() -> None:
    """And their order where nothing is."""
    staged = "rule_files: [/a, /b, /b]"
    assert [(d.staged, d.loaded) for d in difference(staged, f"{GLOBAL}\nrule_files: [/b, /c]")] == [
        ("/a", "nothing"),
        ("/b", "nothing"),
        ("nothing", "/c"),
    ]
    assert [d.words for d in difference(staged, f"{GLOBAL}\nrule_files: [/b, /a, /b]")] == [
        "rule_files is in another order on the server: [/b, /a, /b], in the file [/a, /b, /b]"
    ]


def test_what_differs_only_in_what_is_hidden_is_said_to() -> None:
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


def test_what_a_part_is_must_be_the_same() -> None:
    """A mapping is no list, and a section that is a scalar is nothing that a server takes."""
    assert difference("storage: [1]", f"{GLOBAL}\nstorage: {{tsdb: {{a: 1}}}}")
    assert difference("global: 7", GLOBAL)
    assert difference("scrape_configs: 7", GLOBAL)
    assert difference("storage: {tsdb: 1}", f"{GLOBAL}\nstorage: {{tsdb: {{outofordertimewindow: 0}}}}")
    assert difference("storage: []", f"{GLOBAL}\nstorage: {{}}") == ()


def test_version_3_adds_defaults_of_its_own() -> None:
    """As its source has them."""
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


def test_consul_has_its_password_elsewhere() -> None:
    """As ``basic_auth``, whose password is masked."""
    shown = """{server: 'localhost:8500', tag_separator: ',', scheme: http, allow_stale: true, refresh_interval: 30s,
      basic_auth: {username: ann, password: <secret>}, follow_redirects: true, enable_http2: true}"""
    staged = "scrape_configs: [{job_name: a, consul_sd_configs: [{username: ann, password: hush}]}]"
    assert difference(staged, job(f"consul_sd_configs: [{shown}]")) == ()
    assert difference(staged.replace("ann", "bob"), job(f"consul_sd_configs: [{shown}]"))
    assert difference(staged.replace(", password: hush", ""), job(f"consul_sd_configs: [{shown}]"))
