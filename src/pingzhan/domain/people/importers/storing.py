"""Writing a judged batch: new people by COPY, changes in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence

from pingzhan.domain.people import personal
from pingzhan.domain.people.actions import bulk
from pingzhan.domain.people.actions.registering import close_placements
from pingzhan.domain.people.importers.judging import Plan
from pingzhan.domain.people.importers.rows import Entry
from pingzhan.domain.people.models import Employment, Individual, Placement, SearchTokens
from pingzhan.domain.people.personal import Document, Personal
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Context, Judged
from pingzhan.foundation.privacy.vault import Vault


def store(judged: Sequence[Judged], context: Context) -> None:
    """Write new and changed rows; see foundation.imports.spec."""
    del context
    plans: list[Plan] = [one.verdict.carry for one in judged]
    _change_people([plan for plan in plans if plan.new_texts])
    _insert([plan for plan in plans if plan.employment is None])
    _change_employments([plan for plan in plans if plan.employment is not None])


def _insert(plans: Sequence[Plan]) -> None:
    fresh: dict[bytes, Personal] = {}
    for plan in plans:
        if plan.individual is None and plan.entry.person is not None:
            fresh.setdefault(plan.entry.digest, plan.entry.person)
    ids = dict(zip(fresh, bulk.insert_people(list(fresh.values())), strict=True))
    bulk.insert_employments(
        [
            _employment(
                plan.individual.pk if plan.individual is not None else ids[plan.entry.digest], plan.entry
            )
            for plan in plans
        ]
    )


def _employment(individual_id: int, entry: Entry) -> bulk.NewEmployment:
    assert entry.firm is not None
    return bulk.NewEmployment(
        individual_id=individual_id,
        enterprise_id=entry.firm.pk,
        employee_no=entry.employee_no,
        job=entry.job,
        kind=entry.kind,
        groups=entry.groups,
        joined=entry.joined,
        left=entry.left,
        left_reason=entry.left_reason,
        team_id=entry.team,
        room_id=entry.room,
        canteen_id=entry.canteen,
        sitting=entry.sitting,
    )


def _change_people(plans: Sequence[Plan]) -> None:
    """Seal phones and addresses anew and renew the search words of those whose phone changed."""
    if not plans:
        return
    people: dict[int, tuple[Individual, dict[str, str | None]]] = {}
    for plan in plans:
        assert plan.individual is not None
        known = people.setdefault(plan.individual.pk, (plan.individual, dict(plan.texts)))
        known[1].update(plan.new_texts)
    vault = Vault.load([one.subject_id for one, _texts in people.values()])
    for one, texts in people.values():
        for name in (personal.PHONE, personal.ADDRESS):
            text = texts[name]
            setattr(one, f"{name}_sealed", vault.seal(one.subject_id, name, text) if text else None)
    Individual.objects.bulk_update(
        [one for one, _texts in people.values()], ["phone_sealed", "address_sealed"], batch_size=500
    )
    SearchTokens.objects.filter(individual__in=list(people)).delete()
    bulk.insert_tokens(
        (
            one.pk,
            Personal(
                texts[personal.NAME] or "",
                Document(one.doc_kind, texts[personal.NUMBER] or "", one.sex, one.birth_year),
                texts[personal.PHONE],
                texts[personal.ADDRESS],
            ),
        )
        for one, texts in people.values()
    )


def _change_employments(plans: Sequence[Plan]) -> None:
    changed: list[Employment] = []
    moving: list[Plan] = []
    for plan in plans:
        job = plan.employment
        assert job is not None
        for name, value in plan.terms.items():
            setattr(job, name, value)
        if plan.rejoined:
            job.joined = plan.entry.joined
            _shift_begin(plan)
        if plan.leaves:
            assert plan.entry.left is not None
            job.left, job.left_reason = plan.entry.left, plan.entry.left_reason
            close_placements(job, clock.midnight(job.left) if job.left > job.joined else None)
        elif plan.moves:
            moving.append(plan)
        if plan.terms or plan.rejoined or plan.leaves:
            changed.append(job)
    if changed:
        Employment.objects.bulk_update(
            changed,
            ["employee_no", "job", "kind", "groups", "joined", "left", "left_reason"],
            batch_size=500,
        )
    _move(moving)


def _shift_begin(plan: Plan) -> None:
    """Let the first placement begin with the corrected first day; later ones that began before it go."""
    job = plan.employment
    assert job is not None
    begin = clock.midnight(job.joined)
    mine = Placement.objects.filter(employment=job)
    mine.filter(t1__lte=begin).delete()
    first = mine.order_by("t0").first()
    if first is not None:
        Placement.objects.filter(pk=first.pk).update(t0=begin)
        if plan.placement is not None and plan.placement.pk == first.pk:
            plan.placement.t0 = begin


def _move(plans: Sequence[Plan]) -> None:
    """Close the placements in force and open the new ones, all at one moment."""
    if not plans:
        return
    moment = clock.now()
    running = [plan for plan in plans if plan.placement is not None and plan.placement.t0 < moment]
    planned = [plan for plan in plans if plan.placement is not None and plan.placement.t0 >= moment]
    Placement.objects.filter(pk__in=[plan.placement.pk for plan in running if plan.placement]).update(
        t1=moment
    )
    Placement.objects.bulk_create(
        [
            Placement(
                employment_id=plan.placement.employment_id,
                enterprise_id=plan.placement.enterprise_id,
                team_id=plan.entry.team,
                room_id=plan.entry.room,
                canteen_id=plan.entry.canteen,
                sitting=plan.entry.sitting,
                t0=moment,
            )
            for plan in running
            if plan.placement is not None
        ],
        batch_size=1_000,
    )
    for plan in planned:
        here, entry = plan.placement, plan.entry
        assert here is not None
        here.team_id, here.room_id = entry.team, entry.room
        here.canteen_id, here.sitting = entry.canteen, entry.sitting
    Placement.objects.bulk_update(
        [plan.placement for plan in planned if plan.placement is not None],
        ["team", "room", "canteen", "sitting"],
        batch_size=500,
    )
