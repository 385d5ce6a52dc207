"""Lists of hospitals with people who are no workers: by name and document, once, followed like everybody."""

from __future__ import annotations

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import ProbeKind, ResultSource, Verdict
from pingzhan.domain.screening.models import Hold, Probe, Pursuit, Sample, Tube, WalkIn
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports import preview
from tests.domain.people.crowd import Park, build_firm, hire, id_number, person
from tests.domain.premises.sheets import places, told
from tests.domain.screening.listed import (
    HEADS,
    HOUR,
    NAMES,
    NEGATIVE,
    POSITIVE,
    line,
    other,
    queries,
    said,
    sent,
)
from tests.factories import account
from tests.foundation.imports.files import store

GUEST, SECOND = "\u5c24\u6e05\u6cb3", "\u960e\u767d"


def test_they_come_in_by_name_and_document_and_only_once(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    firm = park.firms[0].unit
    rows = [
        other("G-0001", 3700),
        other("G-0002", 3701, SECOND, enterprise=firm.name),
        other("G-0003", 3500, NAMES[0]),  # a worker after all
        other("G-0004", 3701, SECOND, at=said(2 * HOUR)),  # the same person once more
    ]
    job = sent(clerk, *rows)
    assert (told(job), places(job)) == ((4, 0, 0, 0), [])
    cells = {cell for one in preview.rows(job, 1) for cell in one.cells}
    assert not cells & {GUEST, SECOND, id_number(3700), id_number(3701)}
    job = store(clerk, job)
    assert (job.stored_new, job.refused) == (4, 0)
    assert list(Probe.objects.order_by("tube__code").values_list("tube__code", "enterprise")) == [
        ("G-0001", None), ("G-0002", firm.pk), ("G-0003", firm.pk), ("G-0004", None),
    ]  # fmt: skip
    codes = dict(Tube.objects.values_list("pk", "code"))
    of = {codes[one.tube_id]: one for one in Sample.objects.all()}
    assert of["G-0003"].employment_id == crew[0].pk
    assert of["G-0002"].person == of["G-0004"].person < 0
    assert {of["G-0001"].person, of["G-0002"].person} == {-one.pk for one in WalkIn.objects.all()}
    assert told(sent(clerk, *rows)) == (0, 0, 4, 0)
    assert (Probe.objects.count(), WalkIn.objects.count()) == (4, 2)


def test_what_does_not_fit_is_told_by_its_cell(park: Park, crew: list[Employment], clerk: Actor) -> None:
    store(clerk, sent(clerk, other("G-0001", 3700)))
    rows = [
        other("G-0002", 3701, number="A1"),
        other("G-0003", 3701, ""),
        other("G-0004", 3701, document=""),
        other("G-0005", 3701, "1"),
        other("G-0006", 3701, document=id_number(3701)[:17]),
        other("G-0007", 3501, GUEST),  # the document of a worker, whose name is another
        other("G-0008", 3700),  # the same swab under another code
        other("G-0009", 3702),
        other("G-0010", 3702),  # twice in the list
        other("G-0011", 3703, enterprise="\u65e0\u6b64\u5382"),
        other("G-0001", 3704),  # the tube of another
        other("G-0012", 3705, who="\u8def\u4eba"),
    ]
    job = sent(clerk, *rows)
    keys = {
        2: "number", 3: "name", 4: "document", 5: "name", 6: "document", 7: "name", 8: "tube", 10: "at",
        11: "enterprise", 12: "document", 13: "who",
    }  # fmt: skip
    assert places(job) == [(row, HEADS[key]) for row, key in keys.items()]
    assert told(job) == (1, 0, 0, len(keys))


def test_a_positive_of_theirs_is_followed_as_one_entered_by_hand(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    both = actor_of(account(Role.SAMPLER, Role.LABORATORY, path=park.zone.path))
    swab = api.ProbeIn("M-0001", clock.now() - 3 * HOUR, None, "", SECOND, id_number(3701))
    api.record_probe(zone=park.zone, kind=ProbeKind.WILLING, swab=swab, by=both)
    api.receive_tubes(zone=park.zone, codes=["M-0001"], by=both)
    api.enter_results(
        zone=park.zone, source=ResultSource.MANUAL, by=both,
        results=[api.ResultIn("M-0001", Verdict.POSITIVE, clock.now() - HOUR)],
    )  # fmt: skip
    job = store(clerk, sent(clerk, other("G-0001", 3700, verdict=POSITIVE, tested_at=said(HOUR))))
    assert (job.stored_new, job.refused) == (1, 0)
    assert followed("G-0001") == followed("M-0001")
    assert Pursuit.objects.count() == 2


def followed(code: str) -> tuple[object, ...]:
    pursuit = Pursuit.objects.get(tube__code=code)
    holds = Hold.objects.filter(members__pursuit=pursuit)
    return (
        pursuit.state, pursuit.verdict, len(pursuit.order_ids), list(holds.values_list("state", "enterprise")),
        Tube.objects.get(code=code).state,
    )  # fmt: skip


def test_whoever_works_in_another_zone_is_a_stranger_here(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    zone = territory.create_unit(
        kind=UnitKind.ZONE, code="QZ", name="\u53e6\u4e00\u533a", parent=None, by=park.root
    )
    area = territory.create_unit(
        kind=UnitKind.AREA, code="QZ-E", name="\u897f\u7247\u533a", parent=zone, by=park.root
    )
    far = hire(build_firm(area, 7, park.root), person(SECOND, id_number(3600)), no="F1")
    # Whatever name is written to the document: the answer tells nothing of another zone's register.
    rows = [other("G-0001", 3600, GUEST), other("G-0002", 3601, GUEST)]
    job = sent(clerk, *rows)
    assert told(job) == (2, 0, 0, 0)
    assert store(clerk, job).stored_new == 2
    samples = Sample.objects.order_by("seq")
    assert [(one.person > 0, one.employment_id) for one in samples] == [(True, None), (False, None)]
    assert samples[0].person == far.individual_id


def test_three_of_them_cost_as_many_queries_as_one(park: Park, crew: list[Employment], clerk: Actor) -> None:
    store(clerk, sent(clerk, line(0), other("G-0001", 3700)))
    counts = []
    for lot in ([3710], [3711, 3712, 3713]):
        rows = [other(f"G-{n}", n, verdict=NEGATIVE, tested_at=said(HOUR)) for n in lot]
        counts.append(queries(clerk, rows))
    assert counts[0] == counts[1]
