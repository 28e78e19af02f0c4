"""Publishes one beat and prints it."""

from __future__ import annotations

import sys
from pathlib import Path


def beat(policy_path: Path, form: str, *, take_over: bool = False) -> None:
    """Publish one beat, and print it as ``text`` or ``json``.

    Args:
        policy_path: the policy's file.
        form: ``text`` or ``json``.
        take_over: True: replace the beats of a writer with other labels, even if they are fresh.

    Raises:
        GonogoError: the policy has mistakes, another writer was busy, or the beat was not published everywhere.
    """
    from gonogo.cli.door import answer
    from gonogo.heartbeat.rhythm import heartbeat_writer
    from gonogo.model.plain import plain
    from gonogo.policy.heartbeat import load_heartbeat

    published = heartbeat_writer(load_heartbeat(policy_path)).beat(take_over=take_over)
    for sentence in (published.recovered, published.beside):
        if sentence:
            print(f"gonogo: {plain(sentence)}", file=sys.stderr)
    if form == "json":
        from gonogo.heartbeat.print import beat_json

        answer(beat_json(published))
    else:
        from gonogo.heartbeat.print import beat_text

        answer(f"{beat_text(published)}\n")
