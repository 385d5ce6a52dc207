"""What of a batch is new and sound, and for which round: before anything is stored."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.screening.actions import storing
from pingzhan.domain.screening.actions.intake import Answer, Clock, Item, Read, read_item
from pingzhan.domain.screening.enums import RoundState, SampleRefusal
from pingzhan.domain.screening.models import Round, TeamDevice
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.kernel.errors import DomainError, Refused

_BEGIN = """
SELECT (SELECT d.team_id FROM screening_teamdevice d JOIN screening_samplingteam t ON t.id = d.team_id
    WHERE d.device_id = %s AND t.active), clock_timestamp(), pg_advisory_xact_lock(%s, %s)
"""
_KNOWN = """
SELECT id, device_id, seq, refused FROM screening_sample WHERE id = ANY(%s)
UNION ALL SELECT id, device_id, seq, refused FROM screening_sample WHERE device_id = %s AND seq = ANY(%s)
UNION ALL SELECT id, device_id, seq, 0 FROM screening_custodystep WHERE id = ANY(%s)
UNION ALL SELECT id, device_id, seq, 0 FROM screening_custodystep WHERE device_id = %s AND seq = ANY(%s)
"""
_ROUND_COLUMNS = storing.columns_of(Round, "id zone_id kind day mode pool_size state")
_ROUNDS = f"""
SELECT {", ".join(f"r.{name}" for name in _ROUND_COLUMNS)}, array_agg(DISTINCT s.enterprise_id)
FROM screening_slot s JOIN screening_round r ON r.id = s.round_id
WHERE s.team_id = %s AND s.ended_by_id IS NULL AND r.state = ANY(%s) GROUP BY r.id
"""  # noqa: S608 - columns of our own
TAKING = (RoundState.ADOPTED, RoundState.RUNNING, RoundState.CLOSED)
"""States of a round whose records are taken: what was swabbed is kept, however late the phone finds a network."""
FAR = timedelta(days=60)
"""A time of a phone farther from now than this is no time of a swab; within it, a wrong clock is put right."""


@dataclass(slots=True)
class Batch:
    """A batch on its way: what is still to be stored, and the answers so far."""

    device: Device
    team_id: int | None
    clock: Clock
    now: datetime
    answers: dict[uuids.UUID, Answer] = field(default_factory=dict)
    live: list[tuple[Read, Round]] = field(default_factory=list)

    def refuse(self, item: Item, code: str, why: str) -> None:
        """Answer an item that is not stored."""
        self.answers[item.id] = Answer(item.id, "rejected", code, why)


def team_of(device: Device) -> int:
    """Return the sampling team of a phone. Refused for another kind of device and for one of no team."""
    _must_sample(device)
    found = TeamDevice.objects.filter(device_id=device.pk, team__active=True).values_list("team_id").first()
    return _team(found[0] if found else None)


def begin(device: Device) -> tuple[int, datetime]:
    """Return a phone's team and the time before waiting, and hold the phone: its batches follow one another.

    One statement. Raises Refused like ``team_of``.
    """
    _must_sample(device)
    team, moment, _lock = storing.rows(_BEGIN, [device.pk, storing.DEVICE_LOCK, device.pk % 2**31])[0]
    return _team(team), moment


def _must_sample(device: Device) -> None:
    if device.kind != DeviceKind.SAMPLING:
        raise Refused(_("这个设备不是采样手机。"), code="device_kind")


def _team(found: int | None) -> int:
    if found is None:
        raise Refused(
            _("这台手机没有分给采样队。"), code="device_team", hint=_("请核酸检测组把手机分给采样队。")
        )
    return found


def rounds_of(team_id: int) -> tuple[dict[int, Round], dict[int, set[int]]]:
    """Return the rounds a team samples in, by id, and the enterprises it goes to in each.

    Of a round only what a batch asks is loaded at once.
    """
    rounds: dict[int, Round] = {}
    enterprises: dict[int, set[int]] = {}
    for *values, firms in storing.rows(_ROUNDS, [team_id, list(map(str, TAKING))]):
        one = Round.from_db(None, _ROUND_COLUMNS, values)
        rounds[one.pk], enterprises[one.pk] = one, set(firms)
    return rounds, enterprises


def refusal_of(pk: uuids.UUID, refused: SampleRefusal) -> Answer:
    """Return the answer to a sample that is kept and does not count."""
    code = SampleRefusal(refused).name.lower()
    return Answer(
        pk, "rejected", code, _("这条采样记录不计：%(why)s。") % {"why": SampleRefusal(refused).label}
    )


def without_known(items: Sequence[Item], batch: Batch) -> list[Item]:
    """Answer what was sent before, and return the rest, each once."""
    ids, seqs = [one.id for one in items], [one.seq for one in items]
    known: dict[uuids.UUID, tuple[int | None, int]] = {}
    taken: set[int] = set()
    own = batch.device.pk
    for pk, owner, seq, refused in storing.rows(_KNOWN, [ids, own, seqs, ids, own, seqs]):
        known[pk] = (owner, refused)
        if owner == own:
            taken.add(seq)
    fresh: list[Item] = []
    seen: set[uuids.UUID] = set()
    for one in items:
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.id in known:
            owner, refused_code = known[one.id]
            if owner != batch.device.pk:
                batch.refuse(one, "id_taken", _("这条记录的编号已被另一台手机使用。"))
            elif refused_code:
                batch.answers[one.id] = refusal_of(one.id, SampleRefusal(refused_code))
            else:
                batch.answers[one.id] = Answer(one.id, "duplicate", "same", _("这条记录已经收到。"))
        elif one.seq in taken:
            batch.refuse(one, "seq_taken", _("这台手机已用同一序号发过另一条记录。"))
        else:
            taken.add(one.seq)
            fresh.append(one)
    return fresh


def read_all(items: Sequence[Item], rounds: Mapping[int, Round], batch: Batch) -> None:
    """Put sound items with their round into the batch and answer the others; see Item.round."""
    days: dict[date, Round] = {}
    for one in sorted(rounds.values(), key=lambda found: found.pk):
        days.setdefault(one.day, one)
    calendar = business_clock()
    for item in items:
        try:
            read = read_item(item)
        except DomainError as error:
            batch.refuse(item, error.code, f"{error.message}{error.hint}")
            continue
        if abs(item.at - batch.now) > FAR or abs(batch.clock.ahead) > FAR:
            batch.refuse(item, "at", _("采样时间不对，请校准手机的时钟。"))
            continue
        day = calendar.day_of(item.at - batch.clock.ahead)
        found = rounds.get(item.round) if item.round is not None else days.get(day)
        if found is None:
            batch.refuse(item, "round", _("采样队在这一轮没有采样任务。"))
        else:
            batch.live.append((read, found))
