"""Kinds of configuration that Prometheus 2.42 of Debian accepts. None of them contacts another machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from gonogo.reload.compare.document import ConfigurationScalar, Tree

_OPTIONS: Mapping[str, str] = {
    "nothing": "",
    "empty sections": "global:\nalerting:\nscrape_configs:\nrule_files: []\n",
    "intervals": "global: {scrape_interval: 90s, scrape_timeout: 1m20s, evaluation_interval: 120s}",
    "a short interval, and the timeout that follows": "global: {scrape_interval: 5000ms}",
    "times of zero": """
global: {scrape_interval: 0s, scrape_timeout: 0, evaluation_interval: 0s}
scrape_configs: [{job_name: a, scrape_interval: 0s, sample_limit: 0, honor_labels: false}]
""",
    "external labels of every spelling": """
global:
  external_labels: {a: 1.10, b: yes, c: 0x10, d: 2020-01-01, e: "${HOME}/x", f: "$$", g: ~, h: "90s", i: null}
  query_log_file: ../query.log
""",
    "rule files": "rule_files: [rules/*.yml, ./a.yml, ../b.yml, /etc/gonogo/*.yml, 'with blank/x.yml']",
    "alertmanagers": """
alerting:
  alert_relabel_configs:
  - {source_labels: [replica, zone], regex: "(a|b);.*", action: Drop}
  - {regex: replica, action: labeldrop}
  alertmanagers:
  - static_configs: [{targets: ["127.0.0.1:9"], labels: {zone: 1}}]
    bearer_token: hush
  - {scheme: https, path_prefix: /am, timeout: 90s, api_version: v2,
     dns_sd_configs: [{names: [a.invalid], port: 9093, type: A}]}
""",
    "remote write and read": """
remote_write:
- url: http://ann:hush@127.0.0.1:9/write?token=hush
  name: long
  remote_timeout: 90s
  headers: {X-Scope-OrgID: "12"}
  send_exemplars: true
  write_relabel_configs: [{source_labels: [__name__], regex: go_.*, action: drop}]
  queue_config: {capacity: 5000, max_shards: 5, min_backoff: 100ms}
  metadata_config: {send: false, send_interval: 120s}
- url: http://127.0.0.1:9/write
  basic_auth: {username: ann, password: hush}
  enable_http2: false
remote_read:
- url: http://:hush@127.0.0.1:9/read
  read_recent: true
  required_matchers: {job: "90s"}
  filter_external_labels: false
- {url: "HTTP://127.0.0.1:9/%7Eann x", bearer_token_file: secrets/token}
""",
    "storage and tracing": """
storage: {tsdb: {out_of_order_time_window: 90m}, exemplars: {max_exemplars: 5}}
tracing: {endpoint: "127.0.0.1:9", sampling_fraction: 0.50, client_type: http, insecure: yes,
          timeout: 90s, headers: {a: b}}
""",
    "an empty section that says something": """
storage: {exemplars: {}}
scrape_configs: [{job_name: a, authorization: {}}]
""",
    "limits and booleans of every spelling": """
scrape_configs:
- job_name: yes
  honor_labels: yes
  honor_timestamps: Off
  sample_limit: 1_000
  label_limit: 010
  target_limit: 0x10
  label_name_length_limit: 5
  label_value_length_limit: 6
  body_size_limit: 1500KB
  metrics_path: /x?y=z
  scheme: https
  params: {module: [http_2xx, "90s"], n: [1.0]}
  static_configs: [{targets: ["a:1", "b:2"], labels: {version: 1.10, on: on}}, {targets: []}]
""",
    "every kind of authorization": """
scrape_configs:
- {job_name: a, basic_auth: {username: ann, password: hush}}
- {job_name: b, basic_auth: {username: ann, password_file: secrets/password}}
- {job_name: c, authorization: {type: " Token ", credentials: hush}}
- {job_name: d, authorization: {credentials_file: ../token}}
- {job_name: e, bearer_token: hush}
- {job_name: f, bearer_token_file: secrets/token}
- job_name: g
  oauth2:
    client_id: ann
    client_secret: hush
    token_url: http://ann:hush@127.0.0.1:9/?x=y
    scopes: [a, b]
    endpoint_params: {audience: x}
- {job_name: h, oauth2: {client_id: ann, client_secret_file: secrets/oauth, token_url: "http://127.0.0.1:9/"}}
- {job_name: i, proxy_url: "http://ann:hush%40@127.0.0.1:9", follow_redirects: false, enable_http2: false}
- {job_name: j, tls_config: {server_name: x, insecure_skip_verify: true, min_version: TLS12}}
- {job_name: k, tls_config: {}}
""",
    "relabelling of every kind": """
scrape_configs:
- job_name: a
  relabel_configs:
  - {source_labels: [__address__], separator: "", replacement: "", target_label: x}
  - {source_labels: [a, b], separator: "/", target_label: x, regex: "(.*):[0-9]+", replacement: "${1}:80"}
  - {source_labels: [a], modulus: 8, target_label: shard, action: HASHMOD}
  - {regex: "", target_label: y}
  - {source_labels: [a], regex: 90s, action: Keep}
  - {regex: a_(.+), replacement: b_$1, action: labelmap}
  - {source_labels: [a], target_label: y, action: lowercase}
  - {source_labels: [a], target_label: y, action: keepequal}
  metric_relabel_configs: [{regex: "a|b", action: labelkeep}]
""",
    "jobs that share by anchors": """
scrape_configs:
- &one
  job_name: a
  scrape_interval: 30s
  static_configs: &here [{targets: ["a:1"]}]
- {<<: *one, job_name: b, scrape_timeout: 20s}
- {job_name: c, static_configs: *here}
""",
    "jobs that take their times from above": """
global: {scrape_interval: 20s, scrape_timeout: 15s}
scrape_configs:
- {job_name: a}
- {job_name: b, scrape_interval: 10s}
- {job_name: c, scrape_timeout: 5s}
- {job_name: d, scrape_interval: 2m}
""",
    "nulls for values": """
scrape_configs: [{job_name: a, honor_timestamps: , metrics_path: ~, scrape_interval: , relabel_configs: }]
""",
}

_DISCOVERIES: Mapping[str, str] = {
    "azure": "subscription_id: s, authentication_method: ManagedIdentity, port: 81, proxy_url: 'http://127.0.0.1:9'",
    "digitalocean": "bearer_token: hush, port: 8080, proxy_url: 'http://127.0.0.1:9'",
    "dns": "names: [a.invalid, b.invalid], type: AAAA, port: 80, refresh_interval: 90s",
    "docker": "host: 'http://127.0.0.1:9', filters: [{name: a, values: [b, c]}], host_networking_host: h",
    "dockerswarm": "host: 'http://127.0.0.1:9', role: tasks, refresh_interval: 120s",
    "ec2": """region: r, endpoint: 'http://127.0.0.1:9', access_key: a, secret_key: hush,
  filters: [{name: a, values: [b]}]""",
    "eureka": "server: 'http://127.0.0.1:9/eureka', basic_auth: {username: ann, password: hush}",
    "file": "files: [sd/*.json, ./one.yml, /etc/gonogo/x.yaml], refresh_interval: 600s",
    "gce": "project: p, zone: z, filter: f, tag_separator: ;",
    "hetzner": "role: hcloud, bearer_token: hush, proxy_url: 'http://127.0.0.1:9'",
    "http": "url: 'http://ann:hush@127.0.0.1:9/?token=hush', refresh_interval: 1m30s",
    "ionos": "datacenter_id: d, basic_auth: {username: ann, password_file: p}, proxy_url: 'http://127.0.0.1:9'",
    "lightsail": "region: r, endpoint: 'http://127.0.0.1:9', access_key: a, secret_key: hush",
    "marathon": "servers: ['http://127.0.0.1:9'], auth_token: hush",
    "nerve": "servers: ['127.0.0.1:9'], paths: [/a, /b], timeout: 90s",
    "openstack": "region: r, role: instance, identity_endpoint: 'http://127.0.0.1:9', username: ann, password: hush",
    "ovhcloud": "application_key: a, application_secret: hush, consumer_key: hush, service: vps, endpoint: ovh-ca",
    "puppetdb": "url: 'http://127.0.0.1:9', query: q, include_parameters: yes",
    "scaleway": """role: instance, access_key: SCWXXXXXXXXXXXXXXXXX, api_url: 'http://127.0.0.1:9', tags_filter: [a],
  project_id: 11111111-1111-1111-1111-111111111112, secret_key: 11111111-1111-1111-1111-111111111111""",
    "serverset": "servers: ['127.0.0.1:9'], paths: [/a]",
    "triton": """account: a, dns_suffix: d, endpoint: 127.0.0.1, port: 9, groups: [g],
  tls_config: {insecure_skip_verify: true}""",
    "uyuni": "server: 'http://127.0.0.1:9', username: ann, password: hush, entitlement: e, separator: /",
    "vultr": "bearer_token: hush, proxy_url: 'http://127.0.0.1:9'",
}
"""The kinds of service discovery that Debian's Prometheus has; nothing listens where they ask."""

KINDS: Mapping[str, str] = {
    **_OPTIONS,
    **{
        f"discovery by {name}": f"scrape_configs: [{{job_name: a, {name}_sd_configs: [{{{text}}}]}}]"
        for name, text in _DISCOVERIES.items()
    },
}
"""All kinds; every secret in them is ``hush``."""

NEWER_KINDS: Mapping[str, str] = {
    "newer keys of the runtime": "runtime: {gogc: 50}",
    "newer keys of the section global": """
global: {scrape_protocols: [PrometheusText0.0.4], sample_limit: 5, keep_dropped_targets: 7,
         rule_query_offset: 30s, metric_name_validation_scheme: legacy}
scrape_configs: [{job_name: a}, {job_name: b, sample_limit: 0}, {job_name: c, sample_limit: 6}]
""",
    "newer keys of a job": """
scrape_configs:
- {job_name: a, enable_compression: false, track_timestamps_staleness: true,
   fallback_scrape_protocol: PrometheusText1.0.0}
- {job_name: b, metric_name_validation_scheme: legacy, scrape_protocols: [PrometheusText1.0.0],
   metric_name_escaping_scheme: underscores}
- {job_name: c, http_headers: {X-Scope-OrgID: {values: ["12"]}}}
""",
    "false in a job under true in the section global": """
global: {always_scrape_classic_histograms: true, convert_classic_histograms_to_nhcb: true}
scrape_configs:
- {job_name: a}
- {job_name: b, always_scrape_classic_histograms: false, convert_classic_histograms_to_nhcb: false}
""",
    "newer keys of remote write, and a newer section": """
otlp: {promote_resource_attributes: [service.name], translation_strategy: NoUTF8EscapingWithSuffixes}
remote_write: [{url: "http://127.0.0.1:9/write", protobuf_message: io.prometheus.write.v2.Request}]
remote_read: [{url: "http://127.0.0.1:9/read", chunked_read_limit: 1000}]
""",
    "relabelling that says its defaults": """
scrape_configs:
- job_name: a
  fallback_scrape_protocol: PrometheusText0.0.4
  relabel_configs:
  - {regex: (.*), target_label: x, replacement: y}
  - {regex: "", target_label: x, replacement: y}
  - {target_label: x, replacement: z}
""",
}
"""Kinds that Prometheus 2.42 refuses, and 3.5 and later accept."""

KINDS_OF_ALL_VERSIONS = {**KINDS, **NEWER_KINDS}

FOLDER = "/srv/prometheus"
"""The folder of the configuration in what is recorded."""

SHOWN: Mapping[str, str] = yaml.safe_load(Path(__file__).with_name("shown_by_2_42.yml").read_text(encoding="utf-8"))
"""What Prometheus 2.42 shows of each kind."""


def written(tree: Tree) -> str:
    """Write a tree as YAML that is read as the same tree."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    return written_leaf(tree)


def written_leaf(leaf: ConfigurationScalar) -> str:
    """Write a scalar: texts in quotes, all else as it was."""
    return json.dumps(leaf.text, ensure_ascii=False) if isinstance(leaf.value, str) else leaf.text or "null"
