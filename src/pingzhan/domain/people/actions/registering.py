"""Registering a worker, correcting what is known of him, ending and renewing his employment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pingzhan.domain.people import personal, rules
from pingzhan.domain.people.actions import bulk, common
from pingzhan.domain.people.enums import EmploymentKind, KeyGroup, LeaveReason
from pingzhan.domain.people.models import Employment, Individual, Placement, SearchTokens
from pingzhan.domain.people.personal import ADDRESS, NAME, NUMBER, PHONE, Personal
from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Enterprise, Site, Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.kernel.folding import fold


@dataclass(frozen=True)
class Terms:
    """What an employment says: number, job, kind, key groups."""

    employee_no: str = ""
    job: str = ""
    kind: str = EmploymentKind.OWN.value
    groups: tuple[str, ...] = ()

    def clean(self) -> Terms:
        """Return the terms folded and checked. Raises Invalid naming the field."""
        number, job = fold(self.employee_no), fold(self.job)
        if len(number) > 30:
            raise Invalid(_("工号过长，最多 30 个字符。"), place="employee_no")
        if len(job) > 50:
            raise Invalid(_("岗位过长，最多 50 个字。"), place="job")
        if self.kind not in EmploymentKind.values:
            raise Invalid(_("用工形式不对。"), place="kind")
        if unknown := set(self.groups) - set(KeyGroup.values):
            raise Invalid(_("没有“%(group)s”这一类重点人群。") % {"group": min(unknown)}, place="groups")
        return Terms(number, job, self.kind, tuple(sorted(set(self.groups))))


@dataclass(frozen=True)
class Place:
    """Where somebody works, lives and eats; all of it optional."""

    team: Team | None = None
    room: Site | None = None
    canteen: Site | None = None
    sitting: int | None = None


NOWHERE = Place()


@transaction.atomic
def register_worker(
    *,
    enterprise: Unit,
    person: Personal,
    terms: Terms,
    joined: date,
    by: Actor,
    place: Place = NOWHERE,
) -> Employment:
    """Register somebody at an enterprise from ``joined`` on and return the employment.

    A person whose document is known already is not registered twice: he gets another employment, and a phone
    and address given here replace the former ones. Raises Conflict when his name differs (without telling
    it), when he works there already, when the number is in use, or when he was erased; Refused without the
    right; Invalid for places of another enterprise.
    """
    rules.require_edit(by, enterprise)
    check_open(enterprise)
    moment = clock.now()
    common.check_joined(joined, moment)
    common.check_places(
        enterprise, team=place.team, room=place.room, canteen=place.canteen, sitting=place.sitting
    )
    individual = _known_or_new(person)
    employment = _employ(individual, enterprise, terms.clean(), joined, place)
    record(
        "people.registered",
        by=by,
        subject=("employment", employment.pk),
        unit_path=enterprise.path,
        body={"individual": individual.pk},
    )
    return employment


def check_open(enterprise: Unit) -> None:
    """Raise Invalid unless workers can be registered at the unit: an enterprise that is not closed."""
    if enterprise.kind != "enterprise":
        raise Invalid(_("职工只能登记在企业名下。"), place="enterprise")
    if Enterprise.objects.filter(unit=enterprise, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记职工。"), place="enterprise")


def find_individual(person: Personal) -> Individual | None:
    """Return the person with this document, the one he was merged into if so, None when unknown."""
    found = (
        Individual.objects.select_related("merged_into")
        .filter(id_digest=personal.document_digest(person.document))
        .first()
    )
    return found.merged_into or found if found is not None else None


def _known_or_new(person: Personal) -> Individual:
    known = find_individual(person)
    if known is None:
        (pk,) = bulk.insert_people([person])
        return Individual.objects.get(pk=pk)
    known = common.lock_individual(known.pk)
    vault = Vault.load([known.subject_id])
    name = vault.open(known.subject_id, NAME, known.name_sealed)
    if name is not None and personal.name_digest(name) != personal.name_digest(person.name):
        raise Conflict(
            _("这个证件号码已经登记，但姓名不同。"),
            place="number",
            hint=_("请核对姓名和证件号码。"),
            code="name_differs",
        )
    update_person(known, vault, phone=person.phone, address=person.address)
    return known


def update_person(
    individual: Individual,
    vault: Vault,
    *,
    name: str | None = None,
    document: personal.Document | None = None,
    phone: str | None = None,
    address: str | None = None,
    clear: Iterable[str] = (),
) -> list[str]:
    """Write what differs of a locked person and return the names of the fields written.

    None leaves a field alone; the fields in ``clear`` are emptied. Search words are made anew.
    """
    subject = individual.subject_id
    old = read_person(individual, vault)
    new = {
        NAME: name or old[NAME],
        NUMBER: document.number if document else old[NUMBER],
        PHONE: None if PHONE in clear else phone or old[PHONE],
        ADDRESS: None if ADDRESS in clear else address or old[ADDRESS],
    }
    changed = [field for field in personal.FIELDS if new[field] != old[field]]
    for field in changed:
        text = new[field]
        setattr(individual, f"{field}_sealed", None if text is None else vault.seal(subject, field, text))
    columns = [f"{field}_sealed" for field in changed]
    if document is not None and (NUMBER in changed or document.kind != individual.doc_kind):
        individual.doc_kind, individual.sex = document.kind, document.sex or individual.sex
        individual.birth_year = document.birth_year or individual.birth_year
        individual.id_digest = personal.document_digest(document)
        columns += ["doc_kind", "sex", "birth_year", "id_digest"]
        changed = sorted({*changed, NUMBER})
    if columns:
        individual.save(update_fields=columns)
        renew_tokens(individual, new)
    return changed


def read_person(individual: Individual, vault: Vault) -> dict[str, str | None]:
    """Return the opened texts of a person by sealed field."""
    return {
        field: vault.open(individual.subject_id, field, getattr(individual, f"{field}_sealed"))
        for field in personal.FIELDS
    }


def renew_tokens(individual: Individual, texts: dict[str, str | None]) -> None:
    """Make the search words of a person anew from his texts."""
    SearchTokens.objects.filter(individual=individual).delete()
    document = personal.Document(
        individual.doc_kind, texts[NUMBER] or "", individual.sex, individual.birth_year
    )
    bulk.insert_tokens([(individual.pk, Personal(texts[NAME] or "", document, texts[PHONE], texts[ADDRESS]))])


def _employ(individual: Individual, enterprise: Unit, terms: Terms, joined: date, place: Place) -> Employment:
    if Employment.objects.filter(individual=individual, enterprise=enterprise, left__isnull=True).exists():
        raise Conflict(_("这个人已是这家企业的在职职工。"), place="number", code="employed")
    employment = Employment(
        individual=individual,
        enterprise=enterprise,
        employee_no=terms.employee_no,
        job=terms.job,
        kind=terms.kind,
        groups=list(terms.groups),
        joined=joined,
    )
    checked(employment)
    employment.save(force_insert=True)
    Placement.objects.create(
        employment=employment,
        enterprise=enterprise,
        team=place.team,
        room=place.room,
        canteen=place.canteen,
        sitting=place.sitting,
        t0=clock.midnight(joined),
    )
    return employment


@transaction.atomic
def change_person(
    *,
    individual: Individual,
    by: Actor,
    name: str | None = None,
    phone: str | None = None,
    address: str | None = None,
    document: personal.Document | None = None,
) -> Individual:
    """Correct the personal data of somebody; None leaves a value alone, an empty phone or address removes it.

    ``document`` replaces a number that was registered wrongly. Raises Conflict when another person has it,
    Refused unless the actor may edit an enterprise where the person works now.
    """
    rules.require_edit_person(by, individual)
    locked = common.lock_individual(individual.pk)
    vault = Vault.load([locked.subject_id])
    if document is not None:
        holder = Individual.objects.filter(id_digest=personal.document_digest(document)).first()
        if holder is not None and holder.pk != locked.pk:
            raise Conflict(
                _("这个证件号码已登记在另一人名下。"),
                place="number",
                hint=_("如果是同一个人，请在“疑似重复”中合并。"),
                code="number_taken",
            )
    wrote = update_person(
        locked,
        vault,
        name=None if name is None else personal.read_name(name),
        document=document,
        phone=personal.read_phone(phone),
        address=personal.read_address(address),
        clear=[field for field, text in ((PHONE, phone), (ADDRESS, address)) if text == ""],
    )
    if wrote:
        record(
            "people.person_changed",
            by=by,
            subject=("individual", locked.pk),
            unit_path=_home_path(locked),
            body={"fields": wrote},
        )
    return locked


def _home_path(individual: Individual) -> str:
    """Return the path of the enterprise where the person works now, the newest of several."""
    found = (
        Employment.objects.filter(individual=individual)
        .order_by(F("left").desc(nulls_first=True), "-joined", "-pk")
        .values_list("enterprise__path", flat=True)
        .first()
    )
    return found or "/"


@transaction.atomic
def change_employment(*, employment: Employment, terms: Terms, by: Actor) -> Employment:
    """Change number, job, kind and key groups. Raises Conflict once the employment has ended."""
    locked = common.lock_employment(employment.pk)
    rules.require_edit(by, locked.enterprise)
    require_open(locked)
    terms = terms.clean()
    before = (locked.employee_no, locked.job, locked.kind, tuple(locked.groups))
    if before == (terms.employee_no, terms.job, terms.kind, terms.groups):
        return locked
    locked.employee_no, locked.job, locked.kind = terms.employee_no, terms.job, terms.kind
    locked.groups = list(terms.groups)
    checked(locked)
    locked.save(update_fields=["employee_no", "job", "kind", "groups"])
    record(
        "people.employment_changed",
        by=by,
        subject=("employment", locked.pk),
        unit_path=locked.enterprise.path,
    )
    return locked


def require_open(employment: Employment) -> None:
    """Raise Conflict when the employment has ended."""
    if employment.left is not None:
        raise Conflict(_("这名职工已经离职。"), hint=_("如已回到企业，请办理重新入职。"), code="left")


@transaction.atomic
def leave(*, employment: Employment, on: date, reason: LeaveReason, by: Actor) -> Employment:
    """End an employment: ``on`` is the first day he does not work any more, today at the latest."""
    locked = common.lock_employment(employment.pk)
    rules.require_edit(by, locked.enterprise)
    end_employment(locked, on=on, reason=reason)
    record("people.left", by=by, subject=("employment", locked.pk), unit_path=locked.enterprise.path)
    return locked


def end_employment(locked: Employment, *, on: date, reason: LeaveReason) -> None:
    """End a locked employment and its placement, without rights and record."""
    require_open(locked)
    moment = clock.now()
    common.check_left(locked.joined, on, moment)
    locked.left, locked.left_reason = on, reason.value
    locked.save(update_fields=["left", "left_reason"])
    close_placements(locked, min(moment, clock.midnight(on)) if on > locked.joined else None)


def close_placements(locked: Employment, end: object) -> None:
    """Cut the placements of an employment at a moment, None for all of them.

    A placement that began later (a transfer entered before the leaving was known) never took place.
    """
    mine = Placement.objects.filter(employment=locked)
    if end is None:
        mine.delete()
        return
    mine.filter(t0__gte=end).delete()
    last = mine.order_by("-t0").first()
    if last is not None:
        Placement.objects.filter(pk=last.pk).update(t1=end)


@transaction.atomic
def rehire(
    *, employment: Employment, joined: date, terms: Terms, by: Actor, place: Place = NOWHERE
) -> Employment:
    """Take somebody back who has left the enterprise; his earlier employment stays as history."""
    rules.require_edit(by, employment.enterprise)
    # The person before the employment, as everywhere: the same order keeps two acts from waiting in a ring.
    individual = common.lock_individual(employment.individual_id)
    former = common.lock_employment(employment.pk)
    check_open(former.enterprise)
    common.check_joined(joined, clock.now())
    common.check_places(
        former.enterprise, team=place.team, room=place.room, canteen=place.canteen, sitting=place.sitting
    )
    again = _employ(individual, former.enterprise, terms.clean(), joined, place)
    record(
        "people.registered",
        by=by,
        subject=("employment", again.pk),
        unit_path=former.enterprise.path,
        body={"individual": individual.pk, "former": former.pk},
    )
    return again
