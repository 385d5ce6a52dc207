"""Which way a notice goes: the ways a recipient can be reached, in order, less those that do not work now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.messages.kinds import Kind
from pingzhan.foundation.messages.models.channel import Channel, ChannelHealth, ChannelState
from pingzhan.foundation.messages.models.notice import EXPRESS, NoticeChannel
from pingzhan.foundation.messages.registry import is_local
from pingzhan.foundation.messages.sealing import kind_of
from pingzhan.foundation.options.registry import value

if TYPE_CHECKING:
    from pingzhan.foundation.messages.models import Notice

LONG_PAUSE = 15.0
"""A channel asked to wait longer than this is left alone instead of being waited for."""
SWITCH_AFTER = 3
"""So many failed tries over one way, then the next way has its turn."""


@dataclass
class Way:
    """A channel that is switched on, as it is at this moment."""

    channel: Channel
    kind: Kind
    health: ChannelHealth
    pause: float
    probe_in: float | None
    quiet_for: float

    @property
    def key(self) -> str:
        """Return the channel's key."""
        return self.channel.key

    @property
    def many(self) -> int:
        """Return how many recipients of the same words one call takes; 1 where each has his own."""
        return self.kind.many(self.channel.settings) if self.kind.many is not None else 1

    @property
    def interval(self) -> float:
        """Return the seconds between two sends; 0 without a throttle."""
        one = self.channel
        return one.rate_seconds / one.rate_count if one.rate_count else 0.0


def load_ways() -> dict[str, Way]:
    """Return the channels that are switched on, in order (one query)."""
    found: dict[str, Way] = {}
    rows = (
        Channel.objects.filter(enabled=True)
        .select_related("health")
        .annotate(now=Now(), probe=F("health__probe_at") - Now(), pause=F("health__slot_until") - Now())
        .order_by("order", "id")
    )
    for one in rows:
        kind = kind_of(one)
        if kind is not None:
            found[one.key] = Way(
                one,
                kind,
                one.health,
                max(0.0, one.pause.total_seconds()),
                one.probe.total_seconds() if one.probe is not None else None,
                quiet_seconds(one.quiet_from, one.quiet_to, timezone.localtime(one.now)),
            )
    return found


def quiet_seconds(start: time | None, end: time | None, now: datetime) -> float:
    """Return for how long it is still quiet at local time ``now``; 0 outside. The hours may pass midnight."""
    if start is None or end is None:
        return 0.0
    at = now.time()
    inside = start <= at < end if start < end else at >= start or at < end
    if not inside:
        return 0.0
    over = now.replace(hour=end.hour, minute=end.minute, second=end.second, microsecond=0)
    if over <= now:
        over += timedelta(days=1)
    return (over - now).total_seconds()


@dataclass(frozen=True)
class Go:
    """Send over this way. ``others``: there are further ways should this one refuse for good."""

    via: str
    address: str
    others: bool


@dataclass(frozen=True)
class Wait:
    """Nothing can be sent now; look again in so many seconds."""

    via: str
    seconds: float


@dataclass(frozen=True)
class Hopeless:
    """No way is left."""

    reason: str


@dataclass
class History:
    """What happened to a notice before: channels that refused for good, and failed tries by channel."""

    lasting: set[str] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)


Candidate = tuple[str, str]


def candidates(
    notice: Notice, ways: Mapping[str, Way], addresses: Sequence[tuple[str, str]]
) -> list[Candidate]:
    """Return (way, address) in order: what was asked for, then the recipient's contacts, then inside."""
    if is_local(notice.channel):
        return [(notice.channel, "")]
    by_contact = [
        (way.key, address)
        for contact, address in addresses
        for way in ways.values()
        if contact in way.kind.contacts and way.kind.accepts(address)
    ]
    asked = ways.get(notice.channel)
    if asked is not None:
        own = [one for one in by_contact if one[0] == asked.key]
        if asked.kind.group and (notice.recipient == 0 or not own):
            own = [(asked.key, "")]
        if notice.recipient == 0:
            return own
        by_contact = own + [one for one in by_contact if one[0] != asked.key]
    seen: dict[Candidate, None] = dict.fromkeys(by_contact)
    found = list(seen)
    if notice.account is not None and notice.account.is_active:
        found.append((NoticeChannel.IN_APP.value, ""))
    if not found and notice.channel == NoticeChannel.AUTO and value("messages.console"):
        found.append((NoticeChannel.CONSOLE.value, ""))
    return found


def route(
    notice: Notice,
    ways: Mapping[str, Way],
    addresses: Sequence[tuple[str, str]],
    history: History,
    blocked: Collection[str] = (),
) -> Go | Wait | Hopeless:
    """Return where the notice goes now.

    A way that refused this notice for good is left out, one that failed three times stands back behind the
    next. A channel that is down is passed over unless its next trial is due; when all are down the notice waits.
    """
    left = [one for one in candidates(notice, ways, addresses) if one[0] not in history.lasting]
    if not left:
        return Hopeless(notice.last_error or _("收件人没有可用的联系方式。"))
    ordered = sorted(
        enumerate(left), key=lambda one: (history.failed.get(one[1][0], 0) // SWITCH_AFTER, one[0])
    )
    waits: list[Wait] = []
    for _place, (via, address) in ordered:
        way = ways.get(via)
        if way is not None:
            seconds = _closed_for(way, notice, blocked)
            if seconds > 0:
                waits.append(Wait(via, seconds))
                if way.health.state == ChannelState.DOWN or via in blocked:
                    continue
                return waits[-1]
        return Go(via, address, others=len({key for key, _address in left}) > 1)
    return min(waits, key=lambda one: one.seconds)


def _closed_for(way: Way, notice: Notice, blocked: Collection[str]) -> float:
    """Return for how long the way takes nothing of this kind: down, asked to wait, or quiet hours."""
    if way.key in blocked:
        return max(1.0, way.probe_in or 0.0)
    if way.health.state == ChannelState.DOWN and (way.probe_in or 0.0) > 0:
        return max(1.0, way.probe_in or 0.0)
    if way.pause > LONG_PAUSE:
        return way.pause
    quiet = notice.priority > EXPRESS and notice.priority >= way.channel.quiet_priority
    return way.quiet_for if quiet else 0.0


def signature(way: Way) -> tuple[object, ...]:
    """Return what a lane is made by: when it differs, the lane is made anew."""
    one = way.channel
    return (
        one.settings, bytes(one.secrets or b""), one.rate_count, one.rate_seconds, one.concurrency,
        one.timeout_seconds, one.trip_after,
    )  # fmt: skip
