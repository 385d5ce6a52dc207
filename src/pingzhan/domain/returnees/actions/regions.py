"""Changing the list of key regions; every change decides anew about the returns that are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.returnees import notices, rules
from pingzhan.domain.returnees.actions.deciding import redecide
from pingzhan.domain.returnees.enums import DecidedBy
from pingzhan.domain.returnees.models import Region
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.regions import province_of


@dataclass(frozen=True)
class RegionSpec:
    """An entry: in force from ``begin`` until the day before ``end``."""

    code: str
    name: str
    level: str
    begin: date
    end: date | None = None
    source: str = ""

    def row(self, zone: Unit) -> Region:
        """Return the row, not saved. Raises Invalid for a code without a province."""
        if province_of(self.code) is None:
            raise Invalid(_("区划代码的前两位不是省份。"), place="code")
        return Region(
            zone=zone,
            code=self.code,
            name=self.name,
            level=self.level,
            begin=self.begin,
            end=self.end,
            source=self.source,
        )


@transaction.atomic
def add_region(*, zone: Unit, spec: RegionSpec, by: Actor) -> Region:
    """Put a region on the list. An open entry of the same region at another level ends the day this one begins.

    Raises Refused, Invalid for a code or period that will not do or an entry that overlaps an earlier one.
    """
    rules.require_edit_regions(by, zone)
    row = spec.row(zone)
    former = (
        Region.objects.select_for_update(no_key=True, of=("self",))
        .filter(zone=zone, code=spec.code, end__isnull=True, begin__lt=spec.begin)
        .first()
    )
    if former is not None and former.level != spec.level:
        former.end = spec.begin
        former.save(update_fields=["end"])
    checked(row)
    row.save(force_insert=True)
    changed = decide_again(zone, by)
    record(
        "returnees.region_added",
        by=by,
        subject=("region", row.pk),
        unit_path=zone.path,
        body={"redecided": changed},
    )
    return row


@transaction.atomic
def end_region(*, region: Region, end: date, by: Actor) -> Region:
    """Take a region off the list from ``end`` on; the entry stays as history. Raises Conflict when it has ended."""
    row = (
        Region.objects.select_for_update(no_key=True, of=("self",))
        .select_related("zone")
        .filter(pk=region.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("名单上没有这个地区。"))
    rules.require_edit_regions(by, row.zone)
    if row.end is not None:
        raise Conflict(_("这个地区已经从名单上撤下。"), code="region_ended")
    row.end = end
    checked(row)
    row.save(update_fields=["end"])
    changed = decide_again(row.zone, by)
    record(
        "returnees.region_ended",
        by=by,
        subject=("region", row.pk),
        unit_path=row.zone.path,
        body={"redecided": changed},
    )
    return row


def decide_again(zone: Unit, by: Actor, how: DecidedBy = DecidedBy.LIST) -> int:
    """Decide about the open returns of a zone and tell the enterprises whose decisions changed; return how many.

    What would be milder than before is only proposed to them: the former decision stands until a person decides.
    """
    changed = redecide(zone.pk, zone.path, by, how)
    notices.tell_changed([one for one, made in changed if made.by_rule != DecidedBy.KEPT], how)
    notices.tell_changed([one for one, made in changed if made.by_rule == DecidedBy.KEPT], DecidedBy.KEPT)
    return len(changed)


@transaction.atomic
def store_regions(
    *, zone: Unit, new: Sequence[RegionSpec], ended: Sequence[tuple[Region, date | None, str]], by: Actor
) -> int:
    """Write a batch of an import: new entries, and entries with another end or source; return how many changed."""
    rules.require_edit_regions(by, zone)
    for row, end, source in ended:
        row.end, row.source = end, source
    Region.objects.bulk_update([row for row, _end, _source in ended], ["end", "source"])
    Region.objects.bulk_create([spec.row(zone) for spec in new])
    return len(new) + len(ended)


@transaction.atomic
def regions_imported(*, zone: Unit, count: int, by: Actor) -> int:
    """Finish an import of the list: decide about open returns once; return how many decisions changed."""
    rules.require_edit_regions(by, zone)
    changed = decide_again(zone, by)
    record(
        "returnees.regions_imported",
        by=by,
        subject=("unit", zone.pk),
        unit_path=zone.path,
        body={"count": count, "redecided": changed},
    )
    return changed
