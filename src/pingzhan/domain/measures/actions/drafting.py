"""Drafts: begun from a version or a file, edited row by row, discarded, published by somebody else."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.measures.actions.storing import (
    locked_set,
    measure_row,
    new_version,
    parameter_row,
)
from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec
from pingzhan.domain.measures.enums import VersionState
from pingzhan.domain.measures.hazards import hazards
from pingzhan.domain.measures.models import MeasureSet, SetVersion
from pingzhan.domain.measures.queries.versions import content_of
from pingzhan.domain.measures.sheet import check_content, read_sheet
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused


@transaction.atomic
def start_draft(*, version: SetVersion, by: Actor, note: str = "") -> SetVersion:
    """Begin a draft as a copy of a version and return it. Needs MANAGE_MEASURES for the zone.

    Raises Conflict while the set has a draft already: two drafts side by side would be merged by nobody.
    """
    zone = version.set.zone
    require(by, Permission.MANAGE_MEASURES, zone.path)
    owner = locked_set(zone, version.set.key, version.set.hazard)
    _one_draft(owner)
    draft = new_version(owner, content_of(version), by=by, note=note.strip(), based_on=version)
    _record("measures.drafted", draft, by, based_on=version.pk)
    return draft


@transaction.atomic
def import_draft(*, zone: Unit, text: str, by: Actor, name: str = "", note: str = "") -> SetVersion:
    """Make a set file the draft of the zone's set with its key. Needs MANAGE_MEASURES for the zone.

    Raises SheetFault naming file, measure and field; Invalid for an unknown hazard or one that the set does not
    have; Conflict while the set has a draft, or when the file says what is published already.
    """
    require(by, Permission.MANAGE_MEASURES, zone.path)
    content = read_sheet(text, name)
    if content.hazard not in hazards():
        raise Invalid(
            _("没有“%(key)s”这个风险种类。") % {"key": content.hazard},
            hint=_("可用：%(keys)s。") % {"keys": "、".join(hazards())},
            place="hazard",
        )
    owner = locked_set(zone, content.key, content.hazard)
    if owner.hazard != content.hazard:
        raise Invalid(
            _("这个代码的措施集属于另一风险种类“%(key)s”。") % {"key": owner.hazard}, place="hazard"
        )
    _one_draft(owner)
    newest = owner.versions.filter(state=VersionState.PUBLISHED).order_by("-n").first()
    if newest is not None and newest.sha256 == content.sha():
        raise Conflict(_("文件内容与已发布的第 %(n)d 版相同。") % {"n": newest.n}, code="same_content")
    draft = new_version(owner, content, by=by, note=note.strip(), based_on=newest)
    _record("measures.drafted", draft, by, imported=True)
    return draft


def _one_draft(owner: MeasureSet) -> None:
    other = owner.versions.filter(state=VersionState.DRAFT).first()
    if other is not None:
        raise Conflict(
            _("这个措施集已有第 %(n)d 版草稿，由%(name)s起草。")
            % {"n": other.n, "name": other.drafted_by_name},
            hint=_("请继续修改那一份，或先作废它。"),
            code="draft_exists",
        )


def locked_draft(version: SetVersion, by: Actor) -> SetVersion:
    """Return a draft locked until commit. Raises Refused, and Conflict for what is no draft any more."""
    row = (
        SetVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("set__zone")
        .get(pk=version.pk)
    )
    require(by, Permission.MANAGE_MEASURES, row.set.zone.path)
    if row.state != VersionState.DRAFT:
        raise Conflict(_("这一版已不是草稿，不能再改。"), hint=_("请另起草稿。"), code="not_draft")
    return row


@transaction.atomic
def save_measure(*, version: SetVersion, spec: MeasureSpec, by: Actor, key: str = "") -> SetVersion:
    """Change the measure ``key`` of a draft, or add one when ``key`` is empty. The whole draft must stay complete."""
    row = locked_draft(version, by)
    content = content_of(row)
    found = [one.key for one in content.measures]
    if key and key not in found:
        raise NotFound(_("草稿中没有这条措施。"), place=key)
    measures = (
        tuple(spec if one.key == key else one for one in content.measures)
        if key
        else (*content.measures, spec)
    )
    check_content(replace(content, measures=measures), _("草稿"))
    if key:
        old = row.measures.get(key=key)
        new = measure_row(row, spec, old.sort)
        new.pk = old.pk
        new.save()
    else:
        last = row.measures.order_by("-sort").first()
        measure_row(row, spec, (last.sort if last else 0) + 1).save(force_insert=True)
    _record("measures.measure_saved", row, by)
    return row


@transaction.atomic
def remove_measure(*, version: SetVersion, key: str, by: Actor) -> SetVersion:
    """Take a measure out of a draft; at least one stays."""
    row = locked_draft(version, by)
    content = content_of(row)
    kept = tuple(one for one in content.measures if one.key != key)
    if len(kept) == len(content.measures):
        raise NotFound(_("草稿中没有这条措施。"), place=key)
    check_content(replace(content, measures=kept), _("草稿"))
    row.measures.filter(key=key).delete()
    _record("measures.measure_removed", row, by)
    return row


@transaction.atomic
def save_parameter(
    *, version: SetVersion, spec: ParameterSpec, by: Actor, row_id: int | None = None
) -> SetVersion:
    """Change the parameter with this row id, or add one. The whole draft must stay complete."""
    row = locked_draft(version, by)
    rows = list(row.parameters.order_by("sort", "id"))
    if row_id is not None and row_id not in [one.pk for one in rows]:
        raise NotFound(_("草稿中没有这个参数。"), place=spec.key)
    content = content_of(row)
    parameters = (
        tuple(
            spec if stored.pk == row_id else one for stored, one in zip(rows, content.parameters, strict=True)
        )
        if row_id is not None
        else (*content.parameters, spec)
    )
    check_content(replace(content, parameters=parameters), _("草稿"))
    if row_id is not None:
        old = next(one for one in rows if one.pk == row_id)
        new = parameter_row(row, spec, old.sort)
        new.pk = row_id
        new.save()
    else:
        parameter_row(row, spec, (rows[-1].sort if rows else 0) + 1).save(force_insert=True)
    _record("measures.parameter_saved", row, by)
    return row


@transaction.atomic
def remove_parameter(*, version: SetVersion, row_id: int, by: Actor) -> SetVersion:
    """Take a parameter out of a draft; refused while a measure uses it."""
    row = locked_draft(version, by)
    rows = list(row.parameters.order_by("sort", "id"))
    if row_id not in [one.pk for one in rows]:
        raise NotFound(_("草稿中没有这个参数。"))
    content = content_of(row)
    kept = tuple(one for stored, one in zip(rows, content.parameters, strict=True) if stored.pk != row_id)
    check_content(replace(content, parameters=kept), _("草稿"))
    row.parameters.filter(pk=row_id).delete()
    _record("measures.parameter_removed", row, by)
    return row


@transaction.atomic
def rename_draft(*, version: SetVersion, title: str, title_en: str, note: str, by: Actor) -> SetVersion:
    """Change title and note of a draft."""
    row = locked_draft(version, by)
    if not title.strip():
        raise Invalid(_("名称不能为空。"), place="title")
    row.title, row.title_en, row.note = title.strip(), title_en.strip(), note.strip()
    row.save(update_fields=["title", "title_en", "note"])
    _record("measures.draft_renamed", row, by)
    return row


@transaction.atomic
def discard_draft(*, version: SetVersion, by: Actor) -> SetVersion:
    """Give a draft up; it stays readable and is never published."""
    row = locked_draft(version, by)
    row.state = VersionState.DISCARDED
    row.save(update_fields=["state"])
    _record("measures.discarded", row, by)
    return row


@transaction.atomic
def publish(*, version: SetVersion, by: Actor) -> SetVersion:
    """Publish a draft: from now on nobody changes it. Needs PUBLISH_MEASURES, and another person than the drafter.

    Raises Refused for the drafter, SheetFault for an incomplete draft, Conflict for what is no draft or says the
    same as the version it was made from.
    """
    row = (
        SetVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("set__zone", "based_on")
        .get(pk=version.pk)
    )
    zone = row.set.zone
    require(by, Permission.PUBLISH_MEASURES, zone.path)
    if row.state != VersionState.DRAFT:
        raise Conflict(_("这一版已不是草稿。"), code="not_draft")
    if by.user_id is not None and row.drafted_by_id == by.user_id:
        raise Refused(
            _("起草人不能发布自己起草的措施集。"),
            hint=_("请由另一名有发布权限的人审核后发布。"),
            code="own_draft",
        )
    content = content_of(row)
    check_content(content, _("草稿"))
    sha = content.sha()
    if row.based_on is not None and row.based_on.sha256 == sha:
        raise Conflict(_("草稿与原版没有差别，不必发布。"), code="same_content")
    SetVersion.objects.filter(pk=row.pk).update(
        state=VersionState.PUBLISHED,
        sha256=sha,
        published_by_id=by.user_id,
        published_by_name=by.name,
        published_at=Now(),
    )
    row.refresh_from_db()
    _record("measures.published", row, by, sha256=sha)
    return row


def _record(verb: str, version: SetVersion, by: Actor, **body: object) -> None:
    record(
        verb,
        by=by,
        subject=("measure_version", version.pk),
        unit_path=version.set.zone.path,
        body={"n": version.n, **body},
    )
