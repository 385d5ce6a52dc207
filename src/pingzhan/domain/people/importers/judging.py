"""The check of a batch against what is stored: a fixed number of queries for up to two thousand rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.people import personal
from pingzhan.domain.people.enums import EmploymentKind, LeaveReason
from pingzhan.domain.people.importers import rows as reading
from pingzhan.domain.people.importers.places import Firms, Places, group_words, places_of
from pingzhan.domain.people.importers.rows import Entry
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.domain.people.queries.opening import group_labels, site_name
from pingzhan.foundation.imports.spec import Context, Outcome, Row, Verdict
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.folding import compact

Texts = dict[str, str | None]


@dataclass
class Plan:
    """What storing a row writes. ``individual`` and ``employment`` are None for what is new."""

    entry: Entry
    individual: Individual | None = None
    employment: Employment | None = None
    placement: Placement | None = None
    texts: Texts = field(default_factory=dict)
    new_texts: Texts = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    moves: bool = False
    rejoined: bool = False
    leaves: bool = False


@dataclass
class Known:
    """What is stored about the persons of a batch."""

    people: dict[bytes, Individual]
    texts: dict[int, Texts]
    employments: dict[int, list[Employment]]
    placements: dict[int, Placement]
    numbers: dict[tuple[int, str], int]


def prepare(batch: Sequence[Row], context: Context) -> list[Verdict]:
    """Judge a batch; see foundation.imports.spec."""
    if "firms" not in context.cache:
        context.cache |= {"firms": Firms.below(context.scope.path), "groups": group_words(), "places": {}}
    firms: Firms = context.cache["firms"]
    groups: dict[str, str] = context.cache["groups"]
    places: dict[int, Places] = context.cache["places"]
    today = timezone.localdate()
    entries = [Entry() for _row in batch]
    for row, entry in zip(batch, entries, strict=True):
        reading.firm_of(row.values, firms, entry)
    missing = {entry.firm.pk for entry in entries if entry.firm is not None} - places.keys()
    places |= places_of(missing) if missing else {}
    for row, entry in zip(batch, entries, strict=True):
        mine = places[entry.firm.pk] if entry.firm is not None else Places()
        reading.read(row.values, entry, mine, groups, today)
        if entry.firm is None:
            # Without its enterprise nothing can be said about the places a row names.
            entry.errors = [one for one in entry.errors if one.column not in reading.PLACE]
    _digest(entries)
    known = _known([entry for entry in entries if not entry.errors], lock=context.storing)
    return [_verdict(entry, known, context) for entry in entries]


def _digest(entries: Sequence[Entry]) -> None:
    """Hash the documents of all rows that have one, with one look at the key."""
    people = [(entry, entry.person) for entry in entries if entry.person is not None]
    digests = personal.document_digests(person.document for _entry, person in people)
    for (entry, _person), digest in zip(people, digests, strict=True):
        entry.digest = digest


def _known(entries: Sequence[Entry], *, lock: bool) -> Known:
    """Read what is stored about the persons; ``lock`` keeps them from being changed until commit."""
    found = Individual.objects.filter(id_digest__in=[entry.digest for entry in entries])
    digests = {bytes(one.id_digest or b""): one.merged_into_id or one.pk for one in found}
    living = Individual.objects.filter(pk__in=set(digests.values())).order_by("pk")
    if lock:
        living = living.select_for_update(of=("self",), no_key=True)
    people = {one.pk: one for one in living}
    vault = Vault.load([one.subject_id for one in people.values()])
    texts = {
        one.pk: {
            name: vault.open(one.subject_id, name, getattr(one, f"{name}_sealed")) for name in personal.FIELDS
        }
        for one in people.values()
    }
    firms = {entry.firm.pk for entry in entries if entry.firm is not None}
    jobs = Employment.objects.filter(individual__in=people, enterprise__in=firms).order_by("pk")
    if lock:
        jobs = jobs.select_for_update(of=("self",), no_key=True)
    employments: dict[int, list[Employment]] = {}
    for job in jobs:
        employments.setdefault(job.individual_id, []).append(job)
    placed = Placement.objects.filter(employment__in=[job.pk for job in jobs], t1__isnull=True)
    placements = {
        one.employment_id: one for one in placed.select_related("team", "room__parent", "canteen").order_by()
    }
    numbers = Employment.objects.filter(
        enterprise__in=firms,
        left__isnull=True,
        employee_no__in={entry.employee_no for entry in entries if entry.employee_no},
    ).order_by()
    return Known(
        {digest: people[pk] for digest, pk in digests.items()},
        texts,
        employments,
        placements,
        {(firm, no): who for firm, no, who in numbers.values_list("enterprise", "employee_no", "individual")},
    )


def _verdict(entry: Entry, known: Known, context: Context) -> Verdict:
    if not entry.errors:
        _within_file(entry, context)
    if entry.errors:
        return Verdict(Outcome.REFUSED, entry.errors)
    assert entry.firm is not None
    assert entry.person is not None
    plan = Plan(entry, individual=known.people.get(entry.digest))
    if plan.individual is not None:
        plan.texts = known.texts[plan.individual.pk]
        if compact(plan.texts[personal.NAME] or "") != compact(entry.person.name):
            return Verdict.refused("name", _("这个证件号码已经登记，但姓名不同，请核对。"))
    plan.employment = _target(plan, known)
    if entry.errors:
        return Verdict(Outcome.REFUSED, entry.errors)
    holder = known.numbers.get((entry.firm.pk, entry.employee_no)) if entry.employee_no else None
    if (
        holder is not None
        and entry.left is None
        and (plan.individual is None or holder != plan.individual.pk)
    ):
        return Verdict.refused("employee_no", _("这家企业已有在职职工使用这一工号。"))
    changes = _person_changes(plan, context)
    if plan.employment is None:
        return Verdict(Outcome.NEW, carry=plan)
    if plan.employment.left is not None:
        if _ended_differs(plan, context):
            return Verdict.refused(
                "joined", _("这段用工已经结束，不能用导入修改；重新入职请填新的入职日期。")
            )
    else:
        plan.placement = known.placements[plan.employment.pk]
        changes |= _employment_changes(plan, context)
    return Verdict(Outcome.CHANGED if changes else Outcome.SAME, changes=changes, carry=plan)


def _within_file(entry: Entry, context: Context) -> None:
    """Refuse what contradicts an earlier row of the same pass."""
    assert entry.firm is not None
    assert entry.person is not None
    names: dict[bytes, str] = context.cache.setdefault("names", {})
    name = compact(entry.person.name)
    if names.setdefault(entry.digest, name) != name:
        entry.refuse("name", _("表中同一证件号码已用了另一个姓名，请核对。"))
        return
    numbers: dict[tuple[int, str], bytes] = context.cache.setdefault("numbers", {})
    periods: dict[tuple[int, bytes], list[Entry]] = context.cache.setdefault("periods", {})
    if entry.employee_no and entry.left is None:
        first = numbers.setdefault((entry.firm.pk, entry.employee_no), entry.digest)
        if first != entry.digest:
            entry.refuse("employee_no", _("表中已有另一人使用这一工号。"))
            return
    earlier = periods.setdefault((entry.firm.pk, entry.digest), [])
    if any(entry.overlaps(one.joined, one.left) for one in earlier):
        entry.refuse("number", _("表中已有这个人在同一企业的用工，时间重叠。"))
    else:
        earlier.append(entry)


def _target(plan: Plan, known: Known) -> Employment | None:
    """Return the stored employment that the row speaks of, None for a new one; note what is ambiguous."""
    entry = plan.entry
    if plan.individual is None or entry.firm is None:
        return None
    here = [
        job for job in known.employments.get(plan.individual.pk, []) if job.enterprise_id == entry.firm.pk
    ]
    for job in here:
        if job.joined == entry.joined and (job.left != job.joined or entry.left == entry.joined):
            return job
    overlapping = [job for job in here if entry.overlaps(job.joined, job.left)]
    if len(overlapping) > 1 or (overlapping and overlapping[0].left is not None):
        entry.refuse("joined", _("与这个人在这家企业已登记的用工时间重叠。"))
        return None
    return overlapping[0] if overlapping else None


def _person_changes(plan: Plan, context: Context) -> dict[str, tuple[str, str]]:
    """Note phone and address that differ; a column the file does not have says nothing."""
    entry = plan.entry
    if plan.individual is None or entry.person is None:
        return {}
    changes: dict[str, tuple[str, str]] = {}
    for column, name, text in (
        ("phone", personal.PHONE, entry.person.phone),
        ("address", personal.ADDRESS, entry.person.address),
    ):
        if column not in context.absent and text != plan.texts[name]:
            plan.new_texts[name] = text
            changes[column] = (plan.texts[name] or "", text or "")
    return changes


def _ended_differs(plan: Plan, context: Context) -> bool:
    entry, job = plan.entry, plan.employment
    assert job is not None
    if entry.left != job.left or entry.joined != job.joined:
        return True
    pairs = (
        ("employee_no", entry.employee_no, job.employee_no),
        ("job", entry.job, job.job),
        ("kind", entry.kind, job.kind),
        ("groups", entry.groups, tuple(sorted(job.groups))),
        ("left_reason", entry.left_reason, job.left_reason),
    )
    return any(column not in context.absent and one != other for column, one, other in pairs)


def _employment_changes(plan: Plan, context: Context) -> dict[str, tuple[str, str]]:
    entry, job, here = plan.entry, plan.employment, plan.placement
    assert job is not None
    assert here is not None
    changes: dict[str, tuple[str, str]] = {}

    def show(column: str, before: str, after: str) -> None:
        changes[column] = (before, after)

    if "employee_no" not in context.absent and entry.employee_no != job.employee_no:
        plan.terms["employee_no"] = entry.employee_no
        show("employee_no", job.employee_no, entry.employee_no)
    if "job" not in context.absent and entry.job != job.job:
        plan.terms["job"] = entry.job
        show("job", job.job, entry.job)
    if "kind" not in context.absent and entry.kind != job.kind:
        plan.terms["kind"] = entry.kind
        show("kind", str(EmploymentKind(job.kind).label), str(EmploymentKind(entry.kind).label))
    if "groups" not in context.absent and set(entry.groups) != set(job.groups):
        plan.terms["groups"] = list(entry.groups)
        show("groups", "、".join(group_labels(job.groups)), "、".join(group_labels(entry.groups)))
    if entry.joined != job.joined:
        plan.rejoined = True
        show("joined", job.joined.isoformat(), entry.joined.isoformat())
    if entry.left is not None:
        plan.leaves = True
        show("left", "", entry.left.isoformat())
        show("left_reason", "", str(LeaveReason(entry.left_reason).label))
    else:
        changes |= _place_changes(entry, here, context)
        plan.moves = any(column in changes for column in reading.PLACE)
    return changes


def _place_changes(entry: Entry, here: Placement, context: Context) -> dict[str, tuple[str, str]]:
    """Compare where the row places somebody; what the file does not say stays as it is."""
    changes: dict[str, tuple[str, str]] = {}
    names = {
        "team": here.team.name if here.team is not None else "",
        "room": site_name(here.room),
        "canteen": here.canteen.name if here.canteen is not None else "",
        "sitting": str(here.sitting or ""),
    }
    stored = {"team": here.team_id, "room": here.room_id, "canteen": here.canteen_id, "sitting": here.sitting}
    for column in reading.PLACE:
        if column in context.absent:
            setattr(entry, column, stored[column])
        elif getattr(entry, column) != stored[column]:
            changes[column] = (names[column], str(entry.words[column] or ""))
    return changes
