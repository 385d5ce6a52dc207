"""Opening sealed texts for a page: one look at the keys for all rows, numbers masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pingzhan.domain.people.enums import EmploymentKind, KeyGroup, LeaveReason
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.domain.people.personal import ADDRESS, NAME, NUMBER, PHONE
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.privacy import masks
from pingzhan.foundation.privacy.vault import Vault


@dataclass(frozen=True, slots=True)
class Opened:
    """The texts of a person; all None once his key is destroyed."""

    name: str | None
    number: str | None
    phone: str | None
    address: str | None
    erased: bool = False

    @property
    def masked_number(self) -> str:
        """Return the document number with its middle hidden."""
        return masks.mask_id(self.number)

    @property
    def masked_phone(self) -> str:
        """Return the phone with its middle hidden."""
        return masks.mask_phone(self.phone)

    @property
    def masked_address(self) -> str:
        """Return the beginning of the address."""
        return masks.mask_address(self.address)


def opened(people: Iterable[Individual]) -> dict[int, Opened]:
    """Return the texts of persons by their id. One query for all keys."""
    rows = list(people)
    vault = Vault.load([one.subject_id for one in rows])
    return {
        one.pk: Opened(
            vault.open(one.subject_id, NAME, one.name_sealed),
            vault.open(one.subject_id, NUMBER, one.id_sealed),
            vault.open(one.subject_id, PHONE, one.phone_sealed),
            vault.open(one.subject_id, ADDRESS, one.address_sealed),
            vault.erased(one.subject_id),
        )
        for one in rows
    }


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as a list shows him: the name in full, number and phone masked."""

    pk: int
    individual_id: int
    name: str
    erased: bool
    number: str
    phone: str
    employee_no: str
    enterprise: str
    enterprise_id: int
    job: str
    kind: str
    team: str
    room: str
    canteen: str
    groups: list[str]
    joined: object
    left: object
    left_reason: str


def site_name(site: Site | None) -> str:
    """Return the name of a room with its dormitory in front, of another site its name, empty for none."""
    if site is None:
        return ""
    return f"{site.parent.name} {site.name}" if site.parent is not None else site.name


def canteen_name(placement: Placement | None) -> str:
    """Return the canteen with its sitting."""
    if placement is None or placement.canteen is None:
        return ""
    sitting = f" #{placement.sitting}" if placement.sitting else ""
    return placement.canteen.name + sitting


def group_labels(keys: Iterable[str]) -> list[str]:
    """Return the labels of key groups in the order of their declaration."""
    held = set(keys)
    return [str(group.label) for group in KeyGroup if group.value in held]


def worker_rows(employments: Sequence[Employment]) -> list[WorkerRow]:
    """Return the rows of employments that came from ``page_of`` or ``with_places``. One query."""
    texts = opened({one.individual_id: one.individual for one in employments}.values())
    rows = []
    for one in employments:
        person = texts[one.individual_id]
        found: list[Placement] = getattr(one, "current_placements", [])
        place = found[0] if found else None
        rows.append(
            WorkerRow(
                pk=one.pk,
                individual_id=one.individual_id,
                name=person.name or "",
                erased=person.erased,
                number=person.masked_number,
                phone=person.masked_phone,
                employee_no=one.employee_no,
                enterprise=one.enterprise.name,
                enterprise_id=one.enterprise_id,
                job=one.job,
                kind=str(EmploymentKind(one.kind).label),
                team=place.team.name if place is not None and place.team is not None else "",
                room=site_name(place.room if place is not None else None),
                canteen=canteen_name(place),
                groups=group_labels(one.groups),
                joined=one.joined,
                left=one.left,
                left_reason=str(LeaveReason(one.left_reason).label) if one.left_reason else "",
            )
        )
    return rows
