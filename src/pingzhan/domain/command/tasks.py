"""The loops of the command module that keep its promises in time: the sweep, the fan-out of broadcasts, the auditor."""

from __future__ import annotations

from pingzhan.domain.command import watch
from pingzhan.domain.command.actions.escalation import sweep
from pingzhan.domain.command.actions.fanout import fan_out_broadcasts
from pingzhan.domain.command.heartbeat import heartbeat


def sweep_loop() -> None:
    """Act on what nobody has confirmed in time; every 5 s, so nothing waits longer than 10 s (goal G6)."""
    sweep()


def fan_out_loop() -> None:
    """Write what is missing of the broadcasts to all workers; woken at each commit that sends anything."""
    fan_out_broadcasts()


def invariants_loop() -> None:
    """Check the invariants hourly; an invariant that does not hold makes the loop fail, and the desk shows it red.

    The whole trail and all published versions are read once a night only (I15): they grow without end.
    """
    watch.check_hourly()


def auditor_loop() -> None:
    """Look for what the other loops should have done, and give or withhold the sign of life."""
    heartbeat()
