"""The register of periodic loops, and of services that live as long as the worker does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Loop:
    """Work done every ``seconds`` in the worker; a NOTIFY on the channel ``wake_on`` starts it at once."""

    name: str
    seconds: float
    fn: Callable[[], object]
    wake_on: str | None = None


_loops: dict[str, Loop] = {}


def register_loop(name: str, seconds: float, fn: Callable[[], object], *, wake_on: str | None = None) -> None:
    """Have ``fn`` called every ``seconds`` by the worker, in a thread of its own.

    Called from an application's ready(); the same name registered again replaces the former. An exception is
    recorded in the heartbeat and the loop goes on. ``fn`` must be safe to run in two workers at once.
    """
    if seconds <= 0:
        raise ValueError("a loop needs a positive period")
    _loops[name] = Loop(name, seconds, fn, wake_on)


def loops() -> tuple[Loop, ...]:
    """Return the registered loops."""
    return tuple(_loops.values())


@dataclass(frozen=True)
class Service:
    """Something that works from the worker's start until ``stop`` is set; ``once`` is its share of a batch."""

    name: str
    fn: Callable[[threading.Event], None]
    once: Callable[[], object]


_services: dict[str, Service] = {}


def register_service(name: str, fn: Callable[[threading.Event], None], *, once: Callable[[], object]) -> None:
    """Have ``fn(stop)`` run in a thread of the worker until ``stop`` is set; when it raises it starts again.

    ``once`` is called instead where the worker only does what is due and returns.
    """
    _services[name] = Service(name, fn, once)


def services() -> tuple[Service, ...]:
    """Return the registered services."""
    return tuple(_services.values())
