"""What the module does by itself: the roll of the day, what follows a switch, lateness, counts, parts."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.domain.obligations.actions.following import mark_forces, regenerate
from pingzhan.domain.obligations.actions.generating import make_parts, refresh, roll
from pingzhan.domain.obligations.actions.sweeping import sweep
from pingzhan.domain.obligations.actions.tallying import tally_marked
from pingzhan.foundation.access.actor import Actor, system_actor

FOLLOW_SECONDS = 3.0
"""How late what is due may follow a switch; a NOTIFY at its commit starts the loop at once."""
MINUTE = 60.0
REFRESH_SECONDS = 900.0
HOUR = 3600.0


def _system() -> Actor:
    return system_actor(_("系统"))


def follow_loop() -> None:
    """Bring what is due in line with posture and sets."""
    mark_forces()
    regenerate(by=_system())


def minute_loop() -> None:
    """Roll the day when it has begun, and turn late what is past its time."""
    roll(by=_system())
    sweep(by=_system())


def refresh_loop() -> None:
    """Take in what changed at the enterprises themselves."""
    refresh(by=_system())


def hour_loop() -> None:
    """Make the table's parts ahead and count the days that are over."""
    make_parts()
    tally_marked()
