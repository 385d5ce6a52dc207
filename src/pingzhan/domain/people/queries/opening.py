"""Opening sealed texts for a page: one look at the keys for all rows, numbers masked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


_SEALED = {NAME: "name_sealed", NUMBER: "id_sealed", PHONE: "phone_sealed", ADDRESS: "address_sealed"}


def opened(people: Iterable[Individual], *, fields: Collection[str] = tuple(_SEALED)) -> dict[int, Opened]:
    """Return the texts of persons by their id. One query for all keys.

    ``fields``: what is opened, all four by default; the others stay None.
    """
    rows = list(people)
    vault = Vault.load([one.subject_id for one in rows])
    found: dict[int, Opened] = {}
    for one in rows:
        name, number, phone, address = (
            vault.open(one.subject_id, field, getattr(one, sealed)) if field in fields else None
            for field, sealed in _SEALED.items()
        )
        found[one.pk] = Opened(name, number, phone, address, vault.erased(one.subject_id))
    return found


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


def group_labels(keys: Iterable[str]) -> list[str]:
    """Return the labels of key groups in the order of their declaration."""
    held = set(keys)
    return [str(group.label) for group in KeyGroup if group.value in held]


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """The names of where somebody works, lives and eats; empty where he has no place."""

    team: str = ""
    room: str = ""
    canteen: str = ""


_PLACE_NAMES = ("employment_id", "team__name", "room__name", "room__parent__name", "canteen__name", "sitting")


def place_names(employment_ids: Iterable[int]) -> dict[int, PlaceNames]:
    """Return the names of the places in force, as ``site_name`` writes them. One query.

    Names instead of rows: fifty placements with team, shift, room, dormitory and canteen are three hundred objects.
    """
    rows = (
        Placement.objects.filter(employment__in=list(employment_ids), t1__isnull=True)
        .order_by()
        .values_list(*_PLACE_NAMES)
    )
    return {
        employment: PlaceNames(
            team or "",
            f"{house} {room}" if room and house else room or "",
            f"{canteen} #{sitting}" if canteen and sitting else canteen or "",
        )
        for employment, team, room, house, canteen, sitting in rows
    }


def worker_rows(employments: Sequence[Employment]) -> list[WorkerRow]:
    """Return the rows of employments that came from ``page_of``. Two queries."""
    texts = opened(
        {one.individual_id: one.individual for one in employments}.values(), fields=(NAME, NUMBER, PHONE)
    )
    places = place_names(one.pk for one in employments)
    kinds = {value: str(label) for value, label in EmploymentKind.choices}
    groups = [(group.value, str(group.label)) for group in KeyGroup]
    nowhere = PlaceNames()
    rows = []
    for one in employments:
        person = texts[one.individual_id]
        place = places.get(one.pk, nowhere)
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
                kind=kinds[one.kind],
                team=place.team,
                room=place.room,
                canteen=place.canteen,
                groups=[label for key, label in groups if key in one.groups],
                joined=one.joined,
                left=one.left,
                left_reason=str(LeaveReason(one.left_reason).label) if one.left_reason else "",
            )
        )
    return rows
