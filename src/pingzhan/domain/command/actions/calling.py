"""Whom the ladder tells, and how: holders again, by voice when there is such a channel, heads once for all seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.command import settings, wording
from pingzhan.domain.command.actions.dueseats import Due, Plan
from pingzhan.domain.command.enums import StepTarget
from pingzhan.domain.command.models import CommandTenure
from pingzhan.domain.command.queries.officers import Heads, Told, on_duty
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.messages import DRILL_PREFIX, NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Channel, Notice, NoticeState
from pingzhan.foundation.options.registry import value

CALL_KIND = "call"
CALL_LASTS = timedelta(seconds=60)
"""How long a call handed over to the provider counts as under way."""
PUT_OFF = timedelta(seconds=15)
"""When a call that had to wait is tried again."""
SHOWN = 3


def voice_channel() -> str:
    """Return the key of the voice channel, an empty text when there is none in use."""
    key = str(value(settings.VOICE_CHANNEL)).strip()
    return key if key and Channel.objects.filter(key=key, enabled=True).exists() else ""


def within_limit(seats: Sequence[Due], critical: set[int]) -> tuple[list[Due], list[Due]]:
    """Return the seats to call now and those to call later: no more calls at once than set, critical ones first.

    Without a voice channel nothing is limited: the notices go by other ways.
    """
    if not seats or not voice_channel():
        return list(seats), []
    busy = Notice.objects.filter(kind=CALL_KIND).filter(
        Q(state__in=[NoticeState.QUEUED, NoticeState.LEASED, NoticeState.FAILED])
        | Q(sent_at__gt=Now() - CALL_LASTS)
    )
    room = max(0, int(value(settings.VOICE_AT_ONCE)) - busy.count())
    ordered = sorted(seats, key=lambda seat: (seat.post_id not in critical, seat.opened_at, seat.id))
    return ordered[:room], ordered[room:]


@dataclass
class Telling:
    """The notices of one sweep of one zone."""

    world: int
    zone: Unit
    at: datetime
    plan: Plan
    heads: Heads | None
    posts: dict[str, str] = field(default_factory=dict)

    def notices(self) -> list[NewNotice]:
        """Return one notice for each holder told again and one for each head about all his posts together.

        The officers on duty are told when somebody has to be named.
        """
        plan = self.plan
        self.posts = wording.post_names({seat.post_code for seat in [*plan.staying, *plan.passed]})
        accounts = dict(
            Person.objects.filter(pk__in={seat.person for seat in plan.staying}).values_list(
                "id", "account_id"
            )
        )
        again = [*plan.notified, *plan.unfilled]
        found = [self._again(seat, accounts, "urge", "auto") for seat in again]
        voice = (voice_channel() or "auto") if plan.called else ""
        found.extend(self._again(seat, accounts, CALL_KIND, voice) for seat in plan.called)
        return [*found, *self._to_heads()]

    def _prefixed(self, text: str) -> str:
        return (DRILL_PREFIX if self.world else "") + text

    def _name(self, seat: Due) -> str:
        return self.posts.get(seat.post_code, seat.post_code)

    def _again(self, seat: Due, accounts: Mapping[int, int | None], kind: str, channel: str) -> NewNotice:
        # Numbered, because providers refuse the same text twice (section 19).
        text = _("第 %(n)d 次通知：您任%(post)s，请立即签收") % {"n": seat.step + 1, "post": self._name(seat)}
        return NewNotice(
            dedupe=f"step:{self.world}:{seat.id}:{seat.step}",
            recipient=seat.person,
            account=accounts.get(seat.person),
            kind=kind,
            channel=channel,
            title=self._prefixed(text),
            subject_kind="seat",
            subject_id=seat.id,
            wave=seat.step,
            world=self.world,
            priority=0,
            unit_path=self.zone.path,
        )

    def _about(self) -> dict[int, dict[str, list[str]]]:
        """Return the posts of each head by what happened to them; 0 stands for nobody."""
        found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        plan, heads = self.plan, self.heads
        if heads is None:
            return found
        commander = _commander(self.world, self.zone)
        for name, seats in (
            ("passed", plan.passed),
            ("unfilled", plan.unfilled),
            ("named", plan.named),
            ("notified", [seat for seat in plan.notified if _reaches_head(seat)]),
        ):
            for seat in seats:
                person = heads.of(seat.post_code)
                if any(rung.target == StepTarget.COMMANDER for rung in seat.done):
                    person = commander or person
                found[person or 0][name].append(self._name(seat))
        return found

    def _to_heads(self) -> list[NewNotice]:
        about = self._about()
        accounts = dict(Person.objects.filter(pk__in=about).values_list("id", "account_id"))
        told = [
            (Told(person, accounts.get(person)), words(found)) for person, found in about.items() if person
        ]
        grave = dict(about.get(0, {}))
        if self.plan.named:
            grave["named"] = [self._name(seat) for seat in self.plan.named]
        if grave:
            already = {one.person for one, _text in told}
            told.extend(
                (one, words(grave))
                for one in on_duty(self.zone)
                if not one.person or one.person not in already
            )
        stamp = f"{self.at:%Y%m%d%H%M%S%f}"
        return [
            head_notice(
                world=self.world,
                zone=self.zone,
                told=one,
                key=f"{self.zone.pk}:{one.person}:{one.account or 0}:{stamp}",
                text=text,
            )
            for one, text in told
        ]


def tell(telling: Telling) -> int:
    """Write the notices of a sweep; return how many were new."""
    return enqueue_bulk(telling.notices())


def _reaches_head(seat: Due) -> bool:
    return any(rung.target not in (StepTarget.HOLDER, StepTarget.SUBSTITUTE) for rung in seat.done)


def _commander(world: int, zone: Unit) -> int | None:
    found = CommandTenure.objects.filter(world=world, unit=zone, ended_at__isnull=True)
    return found.values_list("person_id", flat=True).first()


def words(found: dict[str, list[str]]) -> str:
    """Return what a head is told about his posts, the gravest first."""
    sentences = {
        "named": _("请立即为%(posts)s指定人员。"),
        "unfilled": _("逾期未签收，没有替补：%(posts)s。"),
        "passed": _("逾期未签收，已转替补：%(posts)s。"),
        "declined": _("本人不能到岗，已转替补：%(posts)s。"),
        "gone": _("本人不能到岗，没有替补：%(posts)s。"),
        "notified": _("仍未签收：%(posts)s。"),
    }
    return "".join(
        sentence % {"posts": listed(found[name])} for name, sentence in sentences.items() if found.get(name)
    )


def listed(names: Iterable[str]) -> str:
    """Return the first names of posts and how many there are in all."""
    rows = sorted(names)
    text = _("、").join(rows[:SHOWN])
    if len(rows) <= SHOWN:
        return text
    return ngettext("%(names)s等 %(n)d 个岗位", "%(names)s等 %(n)d 个岗位", len(rows)) % {
        "names": text,
        "n": len(rows),
    }


def head_notice(*, world: int, zone: Unit, told: Told, key: str, text: str) -> NewNotice:
    """Return a notice to somebody who answers for posts."""
    return NewNotice(
        dedupe=f"head:{world}:{key}",
        recipient=told.person,
        account=told.account,
        kind="escalation",
        channel="auto",
        title=(DRILL_PREFIX if world else "") + text,
        subject_kind="escalation",
        subject_id=zone.pk,
        world=world,
        priority=1,
        unit_path=zone.path,
    )


def tell_head(*, world: int, zone: Unit, person: int | None, key: str, text: str) -> None:
    """Tell one head about one seat (a refusal, a late confirmation); the officers on duty when there is none."""
    if person:
        account = Person.objects.filter(pk=person).values_list("account_id", flat=True).first()
        told = [Told(person, account)]
    else:
        told = on_duty(zone)
    enqueue_bulk(
        [
            head_notice(
                world=world, zone=zone, told=one, key=f"{key}:{one.person}:{one.account or 0}", text=text
            )
            for one in told
        ]
    )
