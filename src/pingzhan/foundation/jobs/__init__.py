"""Background work: the task queue in our own database, periodic loops, retries."""

from pingzhan.foundation.jobs.beats import Pulse, pulses
from pingzhan.foundation.jobs.loops import register_loop

__all__ = ["Pulse", "pulses", "register_loop"]
