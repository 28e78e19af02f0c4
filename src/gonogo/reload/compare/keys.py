"""The configuration keys of Prometheus 2.42 at every depth: a closed list.

A key of a later version is *newer* and needs no entry. Two later keys are in the list, because no server has a default
for them: ``http_headers`` and ``scrape_config_files``. Source: the YAML tags in ``config``, ``discovery``,
``model/relabel`` of Prometheus 2.42 and in ``config`` of ``prometheus/common`` 0.39.
"""

from __future__ import annotations

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
