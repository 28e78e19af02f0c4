"""The keys of the safe reload: the trigger, the promtool on the server's side, and the limits of a change."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from gonogo.policy import values
from gonogo.policy.key_types import Duration, Keys, Text
from gonogo.policy.settings import ReloadSettings

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
