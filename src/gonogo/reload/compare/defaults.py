"""The defaults of the keys of Prometheus 2.42.

The server shows a default if the file gives no value. If a key of 2.42 has no entry here, its default is the zero of
its type. The keys of later versions need no entry: gonogo judges them by the loads before and after the reload
(``configuration``). Source: Prometheus, ``config/config.go``, ``discovery/*``.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gonogo.formats.yaml import plain_scalar
from gonogo.reload.compare.document import ConfigurationScalar, KeyPath, Tree

_TEXT = """
    access_key account action alert_relabel_configs alerting alertmanagers all_tenants allow_stale api_server
    api_url api_version application_credential_id application_credential_name application_credential_secret
    application_key application_secret attach_metadata auth_token auth_token_file authentication_method
    authorization availability basic_auth batch_send_deadline bearer_token bearer_token_file body_size_limit
    ca_file capacity cert_file client_id client_secret client_secret_file client_type compression consumer_key
    credentials credentials_file datacenter datacenter_id dns_suffix domain_id domain_name enable_http2 endpoint
    endpoint_params entitlement environment evaluation_interval exemplars external_labels fetch_timeout field
    files filter filter_external_labels filters follow_redirects global groups headers honor_labels
    honor_timestamps host host_networking_host http_headers identity_endpoint include_parameters insecure
    insecure_skip_verify job_name key_file kubeconfig_file label label_limit label_name_length_limit
    label_value_length_limit labels max_backoff max_exemplars max_samples_per_send max_shards max_version
    metadata_config metric_relabel_configs metrics_path min_backoff min_shards min_version modulus name
    name_filter names namespace namespaces node node_meta oauth2 out_of_order_time_window outofordertimewindow
    own_namespace params partition password password_file path_prefix paths port profile project project_id
    project_name proxy_connect_header proxy_url query query_log_file queue_config read_recent refresh_interval
    regex region relabel_configs remote_read remote_timeout remote_write replacement required_matchers
    resource_group retry_on_http_429 role role_arn rule_files sample_limit sampling_fraction scheme scopes
    scrape_config_files scrape_configs scrape_interval scrape_timeout secret_key secret_key_file selectors send
    send_exemplars send_interval send_native_histograms separator server server_name servers service services
    sigv4 source_labels static_configs storage subscription_id tag_separator tags tags_filter target_label
    target_limit targets tenant_id timeout tls_config token token_url tracing tsdb type url userid username
    values version write_relabel_configs zone
"""

KEYS = frozenset(_TEXT.split())
"""The keys. The keys of service discoveries are left out: they all end in ``_sd_configs``."""


class Default(Struct, frozen=True):
    """The value of a key that the file does not give.

    Attributes:
        values: the values that a server may show. Several if versions differ. None if every value is possible.
        shown: whether every server shows the value, so that its absence means that it was turned off.
        left_out: whether the absence of the key means its default. Newer servers omit it.
    """

    values: tuple[Tree, ...]
    shown: bool = True
    left_out: bool = False


def defaults_in(place: KeyPath) -> Mapping[str, Default]:
    """Return the defaults of a mapping's keys. The default of another key is zero, or unknown."""
    return _RELABEL if place.name.endswith("relabel_configs") else _SECTIONS.get(place.name, {})


def is_newer(place: KeyPath) -> bool:
    """Return whether 2.42 does not have this key, or a key above it, so that its default is unknown to gonogo."""
    return any(key not in KEYS and not key.endswith("_sd_configs") for key in place.keywords)


def needs_no_content(place: KeyPath) -> bool:
    """Return whether even an empty mapping has a meaning."""
    return place.name in _BY_PRESENCE


_BY_PRESENCE = frozenset(
    {"sigv4", "basic_auth", "authorization", "oauth2", "exemplars", "azuread", "google_iam", "managed_identity", "sdk"}
)


def _leaf(text: str) -> ConfigurationScalar:
    return ConfigurationScalar(text, plain_scalar(text))


_TEXT_PROTOCOLS = ("OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4")
_EARLIER_PROTOCOLS = ("OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText0.0.4")
_PROTOCOLS = Default(
    tuple(
        [_leaf(name) for name in (*first, *others)]
        for first in ((), ("PrometheusProto",))
        for others in (_TEXT_PROTOCOLS, _EARLIER_PROTOCOLS)
    ),
    shown=False,
)
_GROUPS = {
    "HTTP": "follow_redirects=true enable_http2=true",
    "MINUTE": "refresh_interval=1m",
    "HALF_MINUTE": "refresh_interval=30s",
    "PORT": "port=80",
    "USUAL": "follow_redirects=true enable_http2=true refresh_interval=1m port=80",
}
_TABLE = """
    global metric_name_escaping_scheme~allow-utf-8|underscores
    scrape_configs HTTP metric_name_escaping_scheme~allow-utf-8|underscores honor_timestamps=true
        metrics_path=/metrics scheme=http
    alertmanagers HTTP scheme=http timeout=10s api_version=v2
    authorization type=Bearer
    remote_write remote_timeout=30s follow_redirects=true enable_http2~true|false
    queue_config capacity~2500|10000 max_shards~200|50 min_shards=1 max_samples_per_send~500|2000
        batch_send_deadline=5s min_backoff=30ms max_backoff=5s
    metadata_config send=true send_interval=1m max_samples_per_send~500|2000
    remote_read HTTP remote_timeout=1m filter_external_labels=true
    tracing client_type=grpc
    azure_sd_configs HTTP PORT environment=AzurePublicCloud authentication_method=OAuth refresh_interval=5m
    consul_sd_configs HTTP HALF_MINUTE server=localhost:8500 scheme=http tag_separator=, allow_stale=true
    digitalocean_sd_configs USUAL
    dns_sd_configs HALF_MINUTE type=SRV
    docker_sd_configs USUAL host_networking_host=localhost
    dockerswarm_sd_configs USUAL
    ec2_sd_configs USUAL region~
    eureka_sd_configs HTTP HALF_MINUTE
    file_sd_configs refresh_interval=5m
    gce_sd_configs MINUTE PORT tag_separator=,
    hetzner_sd_configs USUAL
    http_sd_configs HTTP MINUTE
    ionos_sd_configs USUAL
    kubernetes_sd_configs HTTP
    kuma_sd_configs HTTP HALF_MINUTE fetch_timeout=2m
    lightsail_sd_configs USUAL region~
    linode_sd_configs USUAL tag_separator=,
    marathon_sd_configs HTTP HALF_MINUTE
    nerve_sd_configs timeout=10s
    nomad_sd_configs HTTP MINUTE allow_stale=true namespace=default region=global server=http://localhost:4646
        tag_separator=,
    openstack_sd_configs MINUTE PORT availability=public
    ovhcloud_sd_configs MINUTE endpoint=ovh-eu
    puppetdb_sd_configs USUAL
    scaleway_sd_configs USUAL api_url=https://api.scaleway.com zone=fr-par-1
    serverset_sd_configs timeout=10s
    triton_sd_configs MINUTE role=container port=9163 version=1
    uyuni_sd_configs HTTP MINUTE entitlement=monitoring_entitled separator=,
    vultr_sd_configs USUAL
"""
"""The defaults of each section: ``key=value`` is always shown, ``key~one|other`` only by some versions.

A key with ``~`` and no value may have any value. A line that is indented further continues the one above it.
"""


def _defaults(words: list[str]) -> dict[str, Default]:
    """Read the words of one section."""
    found: dict[str, Default] = {}
    for word in words:
        if word in _GROUPS:
            found |= _defaults(_GROUPS[word].split())
        elif "~" in word:
            key, _, values = word.partition("~")
            found[key] = Default(tuple(_leaf(value) for value in values.split("|") if value), shown=False)
        else:
            key, _, value = word.partition("=")
            found[key] = Default((_leaf(value),))
    return found


_RELABEL = _defaults(["separator=;", "replacement=$1", "action=replace"]) | {
    "regex": Default((_leaf("(.*)"),), shown=False, left_out=True)
}
_SECTIONS = {
    line.split()[0]: _defaults(line.split()[1:]) for line in _TABLE.replace("\n        ", " ").splitlines() if line
}
for _section in ("global", "scrape_configs"):
    _SECTIONS[_section]["scrape_protocols"] = _PROTOCOLS
