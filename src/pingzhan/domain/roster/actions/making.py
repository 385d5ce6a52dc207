"""Making a roster: a fair draft, edited by hand, published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import rules
from pingzhan.domain.roster.actions.common import (
    change_row,
    checked,
    in_words,
    lapse_swaps,
    lock_zone,
    tell,
)
from pingzhan.domain.roster.actions.notices import SHIFT, notice, send
from pingzhan.domain.roster.calendar import Slot, slots
from pingzhan.domain.roster.enums import ChangeKind, RosterStatus, ShiftRole, role_of
from pingzhan.domain.roster.fairness import Candidate, Need, share_out
from pingzhan.domain.roster.models import Roster, Shift, ShiftChange
from pingzhan.domain.roster.queries.balance import away_of, candidates
from pingzhan.domain.roster.queries.setting import day_class, own_days, pattern_now, rest_now
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

LONGEST_DAYS = 92
"""A roster of a quarter is the longest: further ahead nobody knows his leave."""


@transaction.atomic
def generate(*, zone: Unit, first: date, until: date, by: Actor, taken_over: bool = False) -> Roster:
    """Make a draft for the days [first, until) and return it.

    Everybody who takes turns gets his share of each kind of day, leave and rest kept (fairness.share_out); a
    shift that nobody can take stays empty. Nothing is in force before publish. Shifts that are over are left out,
    and those that run unless nobody is on duty in that seat; ``taken_over``, for the system alone, makes them all,
    as a table that was kept on paper so far. Raises Refused without the right, Invalid for a period that is
    empty, over, too long, or when nobody takes turns.
    """
    rules.require_manage(by, zone)
    _check_period(first, until)
    lock_zone(zone)
    wanted = _wanted(zone, first, until, everything=taken_over and by.kind == "system")
    if not wanted:
        raise Invalid(_("这段时间的班次都已经开始，请选择以后的日期。"), code="roster_over")
    roster = Roster(zone=zone, first=first, until=until, created_by_id=by.user_id)
    checked(roster)
    roster.save()
    taken = _share(zone, wanted)
    made = Shift.objects.bulk_create(
        Shift(
            zone=zone,
            roster=roster,
            seat=slot.seat,
            part=slot.part,
            day=slot.day,
            t0=slot.t0,
            t1=slot.t1,
            person_id=taken[n],
        )
        for n, slot in enumerate(wanted)
    )
    record(
        "roster.generate",
        by=by,
        subject=("roster", roster.pk),
        unit_path=zone.path,
        body={"shifts": len(made), "empty": sum(1 for one in made if one.person_id is None)},
    )
    return roster


def _wanted(zone: Unit, first: date, until: date, *, everything: bool) -> list[Slot]:
    now = clock.now()
    found = slots(first, until, pattern_now(), timezone.get_default_timezone())
    if everything:
        return found
    begun = list(Shift.objects.filter(zone=zone, in_force=True, t0__lte=now, t1__gt=now))
    return [slot for slot in found if slot.t1 > now and not any(_same_seat(old, slot) for old in begun)]


def _check_period(first: date, until: date) -> None:
    if first >= until:
        raise Invalid(_("截止日期不能早于起始日期。"), code="roster_period")
    if (until - first).days > LONGEST_DAYS:
        raise Invalid(_("一次最多编排 %(days)d 天。") % {"days": LONGEST_DAYS}, code="roster_too_long")


def _share(zone: Unit, wanted: Sequence[Slot]) -> list[int | None]:
    """Share out the leaders' shifts, then the officers' with the leaders' in mind."""
    own, rest = own_days(), rest_now()
    t0, t1 = min(slot.t0 for slot in wanted), max(slot.t1 for slot in wanted)
    # What this draft would replace does not hinder it: publishing takes it away.
    standing = Shift.objects.filter(zone=zone, in_force=True, t0__gt=clock.now(), t0__lt=t1, t1__gt=t0)
    replaced = [old.pk for old in standing if any(_same_seat(old, slot) for slot in wanted)]
    taken: list[int | None] = [None] * len(wanted)
    for role in ShiftRole:
        mine = [n for n, slot in enumerate(wanted) if role_of(slot.seat) == role]
        people = candidates(zone, role, t0, t1, without=replaced)
        if mine and not people:
            raise Invalid(
                _("“%(role)s”的轮值名单里还没有人。") % {"role": role.label},
                hint=_("请先在“轮值人员”里加入。"),
                code="pool_empty",
            )
        for one in people:
            given = [n for n, who in enumerate(taken) if who == one.person_id]
            one.busy = (*one.busy, *((wanted[n].t0, wanted[n].t1) for n in given))
        needs = [Need(wanted[n], day_class(wanted[n].day, own)) for n in mine]
        for n, who in zip(mine, share_out(needs, _in_turn(people), rest), strict=True):
            taken[n] = who
    return taken


def _same_seat(old: Shift, new: Slot | Shift) -> bool:
    return old.seat == new.seat and old.t0 < new.t1 and new.t0 < old.t1


def _in_turn(people: Sequence[Candidate]) -> list[Candidate]:
    """Return the people in the order of the rotation, whoever was on duty last at the end."""
    return sorted(people, key=lambda one: max((end.timestamp() for _start, end in one.busy), default=0.0))


def _locked_draft(roster_id: int, by: Actor) -> Roster:
    found = (
        Roster.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone")
        .filter(pk=roster_id)
        .first()
    )
    if found is None:
        raise NotFound(_("这份值班表已不存在。"))
    rules.require_manage(by, found.zone)
    if found.status != RosterStatus.DRAFT:
        raise Conflict(_("这份值班表已经发布或放弃，不能再改。"), code="roster_not_draft")
    return found


@transaction.atomic
def assign(*, roster_id: int, people: Mapping[int, Person | None], by: Actor) -> int:
    """Put persons, or nobody, into shifts of a draft, all or none; return how many shifts changed.

    ``people`` are by shift id. Two may change places in one call. Raises Conflict when one is away then, or twice
    on duty at the same time within the draft; NotFound for a shift of another roster.
    """
    roster = _locked_draft(roster_id, by)
    mine = Shift.objects.filter(roster=roster, pk__in=people).select_related("zone", "person").order_by("t0")
    shifts = {shift.pk: shift for shift in mine}
    if set(shifts) != set(people):
        raise NotFound(_("这个班次已不存在。"))
    changed = [
        shift
        for pk, shift in shifts.items()
        if shift.person_id != (person.pk if (person := people[pk]) is not None else None)
    ]
    for shift in changed:
        shift.person = people[shift.pk]
    Shift.objects.bulk_update(changed, ["person"])
    for shift in changed:
        if shift.person is not None:
            require_free(shift, shift.person, also=Shift.objects.filter(roster=roster).exclude(pk=shift.pk))
    if changed:
        record(
            "roster.assign",
            by=by,
            subject=("roster", roster.pk),
            unit_path=roster.zone.path,
            body={"shifts": [shift.pk for shift in changed]},
        )
    return len(changed)


def require_free(shift: Shift, person: Person, *, also: QuerySet[Shift] | None = None) -> None:
    """Raise Conflict when a person is out of service, away during the shift, or on duty in ``also`` meanwhile."""
    words = {"name": person.name}
    if not person.active or not person.home_unit.path.startswith(shift.zone.path):
        raise Conflict(_("%(name)s不是本开发区的在职人员。") % words, code="not_in_service")
    if away_of([person.pk], shift.t0, shift.t1):
        raise Conflict(
            _("%(name)s在这段时间里已登记离岗。") % words,
            hint=_("请另选一人，或先撤回离岗登记。"),
            place=str(shift),
            code="person_away",
        )
    rows = also if also is not None else Shift.objects.filter(in_force=True).exclude(pk=shift.pk)
    if rows.filter(person=person, t0__lt=shift.t1, t1__gt=shift.t0).exists():
        raise Conflict(_("%(name)s在这段时间里已有值班。") % words, place=str(shift), code="person_busy")


@transaction.atomic
def discard(*, roster_id: int, by: Actor) -> None:
    """Give a draft up; its shifts go."""
    roster = _locked_draft(roster_id, by)
    Shift.objects.filter(roster=roster).delete()
    Roster.objects.filter(pk=roster.pk).update(status=RosterStatus.DISCARDED)
    record("roster.discard", by=by, subject=("roster", roster.pk), unit_path=roster.zone.path)


@transaction.atomic
def publish(*, roster_id: int, by: Actor, taken_over: bool = False) -> Roster:
    """Put a draft in force and tell everybody in it, once each.

    Shifts in force that have not begun and overlap a shift of the draft in the same seat are replaced, and their
    open swap requests end. Raises Conflict when the draft overlaps a shift that has begun, or puts somebody on
    duty who has duty elsewhere at that time, or is away by now. ``taken_over`` as in generate.
    """
    roster = _locked_draft(roster_id, by)
    zone = roster.zone
    lock_zone(zone)
    now = clock.now()
    mine = Shift.objects.filter(roster=roster)
    if not (taken_over and by.kind == "system"):
        # Days may have passed since the draft was made; what is over by now never comes into force.
        mine.filter(t1__lte=now).delete()
    fresh = list(mine.select_related("person").order_by("t0", "seat"))
    if not fresh:
        raise Conflict(_("这份值班表的班次都已过去，请重新编排。"), code="roster_over")
    _refuse_absent(fresh)
    replaced = _replaced(zone, fresh, now)
    Shift.objects.filter(pk__in=[one.pk for one in replaced]).update(in_force=False)
    lapse_swaps(one.pk for one in replaced)
    with in_words(Shift):
        Shift.objects.filter(pk__in=[one.pk for one in fresh]).update(in_force=True)
    ShiftChange.objects.bulk_create(
        [
            *(
                change_row(one, ChangeKind.CANCELLED, before=one.person, after=None, by=by)
                for one in replaced
            ),
            *(change_row(one, ChangeKind.PUBLISHED, before=None, after=one.person, by=by) for one in fresh),
        ]
    )
    Roster.objects.filter(pk=roster.pk).update(
        status=RosterStatus.PUBLISHED, published_at=Now(), published_by=by.user_id
    )
    roster.refresh_from_db()
    _tell_people(roster, fresh)
    tell(zone, [one.pk for one in fresh])
    record(
        "roster.publish",
        by=by,
        subject=("roster", roster.pk),
        unit_path=zone.path,
        body={
            "shifts": len(fresh),
            "empty": sum(1 for one in fresh if one.person_id is None),
            "replaced": len(replaced),
        },
    )
    return roster


def _refuse_absent(fresh: Sequence[Shift]) -> None:
    ids = {one.person_id for one in fresh if one.person_id is not None}
    away = away_of(ids, min(one.t0 for one in fresh), max(one.t1 for one in fresh))
    for one in fresh:
        for t0, t1 in away.get(one.person_id or 0, ()):
            if t0 < one.t1 and one.t0 < t1 and one.person is not None:
                raise Conflict(
                    _("%(name)s在%(day)s值班，但已登记离岗。")
                    % {"name": one.person.name, "day": f"{one.day:%m-%d}"},
                    hint=_("请在草稿里换人后再发布。"),
                    place=str(one),
                    code="person_away",
                )


def _replaced(zone: Unit, fresh: Sequence[Shift], now: datetime) -> list[Shift]:
    standing = list(
        Shift.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person")
        .filter(zone=zone, in_force=True, t1__gt=fresh[0].t0, t0__lt=max(one.t1 for one in fresh))
        .order_by("pk")
    )
    found = []
    for old in standing:
        if not any(_same_seat(old, new) for new in fresh):
            continue
        if old.t0 <= now:
            raise Conflict(
                _("正在值的班（%(day)s%(role)s）不能被新的值班表替换。")
                % {"day": f"{old.day:%m-%d}", "role": old.role.label},
                hint=_("请从下一班开始编排，或在该班次上办理替班。"),
                code="shift_begun",
            )
        found.append(old)
    return found


def _tell_people(roster: Roster, fresh: Sequence[Shift]) -> None:
    first: dict[int, Shift] = {}
    count: Counter[int] = Counter()
    for one in fresh:
        if one.person_id is not None:
            first.setdefault(one.person_id, one)
            count[one.person_id] += 1
    send(
        notice(
            shift.person,
            kind="roster_published",
            dedupe=f"publish:{roster.pk}",
            title=ngettext(
                "值班表已发布，您有 %(n)d 个班，最早是 %(day)s",
                "值班表已发布，您有 %(n)d 个班，最早是 %(day)s",
                count[pk],
            )
            % {"n": count[pk], "day": f"{shift.day:%m-%d}"},
            about=(SHIFT, shift.pk),
            path=roster.zone.path,
        )
        for pk, shift in first.items()
        if shift.person is not None
    )
