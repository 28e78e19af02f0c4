"""The keys of the server that gonogo asks. They have the names that Prometheus uses, where it has such keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from gonogo.policy import values
from gonogo.policy.key_types import Duration, FeatureName, HeaderName, HeaderValue, Keys, Text, Url, Variable
from gonogo.policy.settings import ReloadSettings, ServerSettings

_SERVER = ServerSettings()


class AuthorizationKeys(Keys):
    """The header ``Authorization``, as Prometheus names it; the secret by file or variable."""

    type: Text = Field(default="Bearer", description="The scheme, before the secret.")
    credentials_file: Text | None = Field(default=None, description="The file with the secret.")
    credentials_env: Variable | None = Field(default=None, description="The environment variable with the secret.")

    @model_validator(mode="after")
    def _one_secret(self) -> AuthorizationKeys:
        if self.type.lower() == "basic":
            raise ValueError("for the type Basic use basic_auth")
        if (self.credentials_file is None) == (self.credentials_env is None):
            raise ValueError("give either credentials_file or credentials_env")
        return self


class BasicAuthKeys(Keys):
    """Basic authentication, as Prometheus names it; the password by file or variable."""

    username: Text = Field(description="The user's name.")
    password_file: Text | None = Field(default=None, description="The file with the password.")
    password_env: Variable | None = Field(default=None, description="The environment variable with the password.")

    @model_validator(mode="after")
    def _one_password(self) -> BasicAuthKeys:
        if (self.password_file is None) == (self.password_env is None):
            raise ValueError("give either password_file or password_env")
        return self


class TlsKeys(Keys):
    """TLS, as Prometheus names it."""

    ca_file: Text | None = Field(default=None, description="The authorities to trust in place of the system's.")
    cert_file: Text | None = Field(default=None, description="The client's certificate.")
    key_file: Text | None = Field(default=None, description="The key of the client's certificate.")
    server_name: Text | None = Field(default=None, description="The name that the server's certificate must have.")
    insecure_skip_verify: bool = Field(
        default=_SERVER.insecure_skip_verify, description="Do not check the server's certificate."
    )

    @model_validator(mode="after")
    def _whole_pair(self) -> TlsKeys:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file must be set together")
        return self


class HeaderKeys(Keys):
    """The value of a header: as text, by file or by variable."""

    value: HeaderValue | None = Field(default=None, description="The value as text; it must not be a secret.")
    value_file: Text | None = Field(default=None, description="The file with the value.")
    value_env: Variable | None = Field(default=None, description="The environment variable with the value.")

    @model_validator(mode="after")
    def _one_value(self) -> HeaderKeys:
        if sum(given is not None for given in (self.value, self.value_file, self.value_env)) != 1:
            raise ValueError("give exactly one of value, value_file and value_env")
        return self


class PrometheusKeys(Keys):
    """The server that is asked."""

    url: Url = Field(default=_SERVER.url, description="The address of the server; --prometheus replaces it.")
    config: Text | None = Field(
        default="prometheus/prometheus.yml", description="The server's configuration file, for lint and reload."
    )
    rules_url: Url | None = Field(
        default=None, description="The program that lists the rules (vmalert); null = the server."
    )
    targets_url: Url | None = Field(
        default=None, description="The program that lists the targets (vmagent); null = the server."
    )
    dialect: Literal["prometheus", "victoriametrics"] = Field(
        default=_SERVER.dialect.value, description="The kind of the rule files; victoriametrics = those of vmalert."
    )
    timeout: Duration = Field(
        default=_SERVER.timeout,
        description="How long one question may take; no command waits longer than it has time for.",
    )
    max_bytes: int = Field(
        default=_SERVER.max_bytes, ge=1, description="How large the answers read at one time may be, in bytes."
    )
    authorization: AuthorizationKeys | None = Field(default=None, description="A bearer token or the like.")
    basic_auth: BasicAuthKeys | None = Field(default=None, description="A user's name and password.")
    tls_config: TlsKeys | None = Field(default=None, description="Certificates.")
    headers: dict[HeaderName, HeaderKeys] | None = Field(
        default=None, description="Further headers of every request, such as X-Scope-OrgID."
    )
    features: list[FeatureName] | None = Field(
        default=None, description="What the server's --enable-feature turns on; promtool turns on the same of PromQL."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> PrometheusKeys:
        if self.authorization is not None and self.basic_auth is not None:
            raise ValueError("give either authorization or basic_auth")
        return self

    @model_validator(mode="after")
    def _each_header_once(self) -> PrometheusKeys:
        names = [name.lower() for name in self.headers or ()]
        if len(set(names)) != len(names):
            raise ValueError("headers names one header twice; upper and lower case are the same")
        return self


_RELOAD = ReloadSettings()

Share = Annotated[
    float,
    BeforeValidator(values.share),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$", "examples": ["5%"]}),
]
Argv = Annotated[list[Text], Field(min_length=1)]


class PromtoolKeys(Keys):
    """The promtool on the server's side."""

    command: Argv = Field(description="The command that runs it, such as [docker, exec, prometheus, promtool].")
    root: Text | None = Field(
        default=None, description="The folder in which it sees the files; null = the same as here."
    )
    base: Text | None = Field(
        default=None, description="The folder here that root stands for; null = that of the configuration."
    )


class ReloadKeys(Keys):
    """The safe reload."""

    trigger: Literal["http", "signal", "command"] = Field(
        default=_RELOAD.trigger.value, description="The way to ask the server to reload."
    )
    pid: Annotated[int, Field(ge=2)] | None = Field(
        default=None, description="The number of the server's process, for signal."
    )
    pid_file: Text | None = Field(default=None, description="The file with the number of the process, for signal.")
    command: Argv | None = Field(default=None, description="A program and its arguments, for command.")
    promtool: PromtoolKeys | None = Field(default=None, description="A promtool on the server's side; null = none.")
    min_gap: Duration | None = Field(
        default=timedelta(seconds=5), description="The least time between two reloads; null = none."
    )
    max_removed: Share = Field(
        default="25%",
        validate_default=True,
        description="The greatest share of rules, jobs or targets that a reload may remove.",
    )
    timeout: Duration = Field(
        default=_RELOAD.timeout, description="The longest time that a reload may be without a known result."
    )
    metrics: Text | None = Field(
        default=None, description="The textfile folder for metrics of the reload; null = heartbeat.textfile_dir."
    )
    state: Text | None = Field(
        default=None, description="The folder of lock, last good copies and marker; null = beside the journal."
    )

    @model_validator(mode="after")
    def _fits_its_trigger(self) -> ReloadKeys:
        named = (self.pid is not None) + (self.pid_file is not None)
        if self.trigger == "signal" and named != 1:
            raise ValueError("the trigger signal needs either pid or pid_file")
        if self.trigger != "signal" and named:
            raise ValueError("pid and pid_file are only for the trigger signal")
        if (self.trigger == "command") != (self.command is not None):
            raise ValueError("the trigger command needs the key command, and only this trigger uses it")
        return self
