"""The defaults of the keys of Prometheus 2.42.

The server shows a default if the file gives no value. If a key of 2.42 has no entry here, its default is the zero of
its type. The keys of later versions need no entry: gonogo judges them by the loads before and after the reload
(``configuration``). Source: Prometheus, ``config/config.go``, ``discovery/*``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Default:
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


def _always(text: str) -> Default:
    return Default((_leaf(text),))


def _perhaps(*texts: str) -> Default:
    """Return a default that only some versions show, or that differs between versions."""
    return Default(tuple(map(_leaf, texts)), shown=False)


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
_ANYTHING = Default((), shown=False)
_HTTP = {"follow_redirects": _always("true"), "enable_http2": _always("true")}
_EVERY_MINUTE = {"refresh_interval": _always("1m")}
_EVERY_HALF_MINUTE = {"refresh_interval": _always("30s")}
_PORT = {"port": _always("80")}
_USUAL = _HTTP | _EVERY_MINUTE | _PORT
_DERIVED = {
    "metric_name_escaping_scheme": _perhaps("allow-utf-8", "underscores"),
    "scrape_protocols": _PROTOCOLS,
}

_RELABEL: Mapping[str, Default] = {
    "separator": _always(";"),
    "regex": Default((_leaf("(.*)"),), shown=False, left_out=True),
    "replacement": _always("$1"),
    "action": _always("replace"),
}

_SECTIONS: Mapping[str, Mapping[str, Default]] = {
    "global": _DERIVED,
    "scrape_configs": _HTTP
    | _DERIVED
    | {
        "honor_timestamps": _always("true"),
        "metrics_path": _always("/metrics"),
        "scheme": _always("http"),
    },
    "alertmanagers": _HTTP | {"scheme": _always("http"), "timeout": _always("10s"), "api_version": _always("v2")},
    "authorization": {"type": _always("Bearer")},
    "remote_write": {
        "remote_timeout": _always("30s"),
        "follow_redirects": _always("true"),
        "enable_http2": _perhaps("true", "false"),
    },
    "queue_config": {
        "capacity": _perhaps("2500", "10000"),
        "max_shards": _perhaps("200", "50"),
        "min_shards": _always("1"),
        "max_samples_per_send": _perhaps("500", "2000"),
        "batch_send_deadline": _always("5s"),
        "min_backoff": _always("30ms"),
        "max_backoff": _always("5s"),
    },
    "metadata_config": {
        "send": _always("true"),
        "send_interval": _always("1m"),
        "max_samples_per_send": _perhaps("500", "2000"),
    },
    "remote_read": _HTTP
    | {
        "remote_timeout": _always("1m"),
        "filter_external_labels": _always("true"),
    },
    "tracing": {"client_type": _always("grpc")},
    "azure_sd_configs": _HTTP
    | _PORT
    | {
        "environment": _always("AzurePublicCloud"),
        "authentication_method": _always("OAuth"),
        "refresh_interval": _always("5m"),
    },
    "consul_sd_configs": _HTTP
    | _EVERY_HALF_MINUTE
    | {
        "server": _always("localhost:8500"),
        "scheme": _always("http"),
        "tag_separator": _always(","),
        "allow_stale": _always("true"),
    },
    "digitalocean_sd_configs": _USUAL,
    "dns_sd_configs": _EVERY_HALF_MINUTE | {"type": _always("SRV")},
    "docker_sd_configs": _USUAL | {"host_networking_host": _always("localhost")},
    "dockerswarm_sd_configs": _USUAL,
    "ec2_sd_configs": _USUAL | {"region": _ANYTHING},
    "eureka_sd_configs": _HTTP | _EVERY_HALF_MINUTE,
    "file_sd_configs": {"refresh_interval": _always("5m")},
    "gce_sd_configs": _EVERY_MINUTE | _PORT | {"tag_separator": _always(",")},
    "hetzner_sd_configs": _USUAL,
    "http_sd_configs": _HTTP | _EVERY_MINUTE,
    "ionos_sd_configs": _USUAL,
    "kubernetes_sd_configs": _HTTP,
    "kuma_sd_configs": _HTTP | _EVERY_HALF_MINUTE | {"fetch_timeout": _always("2m")},
    "lightsail_sd_configs": _USUAL | {"region": _ANYTHING},
    "linode_sd_configs": _USUAL | {"tag_separator": _always(",")},
    "marathon_sd_configs": _HTTP | _EVERY_HALF_MINUTE,
    "nerve_sd_configs": {"timeout": _always("10s")},
    "nomad_sd_configs": _HTTP
    | _EVERY_MINUTE
    | {
        "allow_stale": _always("true"),
        "namespace": _always("default"),
        "region": _always("global"),
        "server": _always("http://localhost:4646"),
        "tag_separator": _always(","),
    },
    "openstack_sd_configs": _EVERY_MINUTE | _PORT | {"availability": _always("public")},
    "ovhcloud_sd_configs": _EVERY_MINUTE | {"endpoint": _always("ovh-eu")},
    "puppetdb_sd_configs": _USUAL,
    "scaleway_sd_configs": _USUAL | {"api_url": _always("https://api.scaleway.com"), "zone": _always("fr-par-1")},
    "serverset_sd_configs": {"timeout": _always("10s")},
    "triton_sd_configs": _EVERY_MINUTE
    | {"role": _always("container"), "port": _always("9163"), "version": _always("1")},
    "uyuni_sd_configs": _HTTP
    | _EVERY_MINUTE
    | {"entitlement": _always("monitoring_entitled"), "separator": _always(",")},
    "vultr_sd_configs": _USUAL,
}
