"""What the obligations module tells others after commit."""

from __future__ import annotations

LIVE_TOPIC = "obligations"
"""Topic under which open pages hear that what is due, done or late has changed."""
WAKE_CHANNEL = "pingzhan_obligations"
"""NOTIFY channel that wakes the loop which follows a change of posture or sets."""
