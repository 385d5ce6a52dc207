"""Two records of one person become one, or are found to be two people."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.people import personal, rules
from pingzhan.domain.people.actions import common
from pingzhan.domain.people.actions.registering import close_placements, read_person, update_person
from pingzhan.domain.people.enums import LeaveReason, MergeReason
from pingzhan.domain.people.models import Employment, Individual, KeptApart, SearchTokens
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.errors import Conflict, Invalid


def _lock_two(first: Individual, second: Individual) -> dict[int, Individual]:
    if first.pk == second.pk:
        raise Invalid(_("不能把一个人并入他自己。"))
    return {pk: common.lock_individual(pk) for pk in sorted((first.pk, second.pk))}


@transaction.atomic
def merge(*, keep: Individual, drop: Individual, reason: MergeReason, by: Actor) -> Individual:
    """Merge ``drop`` into ``keep``: employments move, what ``keep`` lacks is taken over, the number stays known.

    Where both work at the same enterprise at the same time, the employment of ``drop`` becomes an empty one
    with the reason 登记有误 and its placements end. The dropped row keeps the digest of its number, so an import
    with it finds the person who lives on; its sealed texts are cleared. Raises Refused unless all employments
    of both lie in the actor's units.
    """
    rules.require_merge(by, keep, drop)
    locked = _lock_two(keep, drop)
    keep, drop = locked[keep.pk], locked[drop.pk]
    vault = Vault.load([keep.subject_id, drop.subject_id])
    theirs = read_person(drop, vault)
    mine = read_person(keep, vault)
    update_person(
        keep,
        vault,
        phone=mine[personal.PHONE] or theirs[personal.PHONE],
        address=mine[personal.ADDRESS] or theirs[personal.ADDRESS],
    )
    moved = _move_employments(keep, drop)
    SearchTokens.objects.filter(individual=drop).delete()
    KeptApart.objects.filter(first=drop).delete()
    KeptApart.objects.filter(second=drop).delete()
    drop.name_sealed = drop.id_sealed = drop.phone_sealed = drop.address_sealed = None
    drop.merged_into = keep
    drop.save(update_fields=["name_sealed", "id_sealed", "phone_sealed", "address_sealed", "merged_into"])
    # Whoever was merged into the dropped one follows, so that a look-up never needs two steps.
    Individual.objects.filter(merged_into=drop).update(merged_into=keep)
    record(
        "people.merged",
        by=by,
        subject=("individual", keep.pk),
        unit_path=_common_path(keep),
        body={"dropped": drop.pk, "merge_reason": reason.value, "employments": moved},
    )
    return keep


def _move_employments(keep: Individual, drop: Individual) -> list[int]:
    rows = list(
        Employment.objects.select_for_update(of=("self",), no_key=True)
        .filter(individual__in=[keep, drop])
        .order_by("pk")
    )
    kept = [row for row in rows if row.individual_id == keep.pk]
    moving = [row for row in rows if row.individual_id == drop.pk]
    for row in moving:
        if any(other.enterprise_id == row.enterprise_id and _overlap(other, row) for other in kept):
            if row.left is None:
                close_placements(row, max(clock.now(), clock.midnight(row.joined)))
            row.left, row.left_reason = row.joined, LeaveReason.MISTAKE.value
        row.individual = keep
        row.save(update_fields=["individual", "left", "left_reason"])
    return [row.pk for row in moving]


def _overlap(one: Employment, other: Employment) -> bool:
    if one.left == one.joined or other.left == other.joined:
        return False
    return (other.left is None or one.joined < other.left) and (one.left is None or other.joined < one.left)


def _common_path(individual: Individual) -> str:
    """Return the path of the unit that holds all employments of a person."""
    paths = Employment.objects.filter(individual=individual).values_list("enterprise__path", flat=True)
    parts = [path.split("/") for path in paths]
    shared = []
    for names in zip(*parts, strict=False):
        if len(set(names)) != 1:
            break
        shared.append(names[0])
    return "/".join(shared).rstrip("/") + "/"


@transaction.atomic
def keep_apart(*, first: Individual, second: Individual, by: Actor) -> KeptApart:
    """Note that two persons who look alike are two people, so that they are not shown again."""
    rules.require_merge(by, first, second)
    locked = _lock_two(first, second)
    low, high = sorted(locked)
    if KeptApart.objects.filter(first_id=low, second_id=high).exists():
        raise Conflict(_("这两个人已确认不是同一人。"))
    noted = KeptApart.objects.create(first=locked[low], second=locked[high])
    record(
        "people.kept_apart",
        by=by,
        subject=("individual", low),
        unit_path=_common_path(locked[low]),
        body={"other": high},
    )
    return noted


def merged_subjects(subject_ids: Sequence[int]) -> list[int]:
    """Return the subjects of records that were merged into these persons: erasing one erases all of them."""
    return list(
        Individual.objects.filter(merged_into__subject_id__in=subject_ids).values_list(
            "subject_id", flat=True
        )
    )
