"""请示: what only a body above the zone may decide is proposed in an official paper, not put in force."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.measures.actions.forcing import locked_force, require_open
from pingzhan.domain.measures.enums import Decider, RestrictionState
from pingzhan.domain.measures.hazards import hazards
from pingzhan.domain.measures.models import Force, Restriction
from pingzhan.foundation.access.actor import Actor, require, system_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.models import Paper
from pingzhan.foundation.documents.papers import Block, Heading, PaperKind, Paragraph, draft_paper
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.kernel.zhnumerals import chinese


@transaction.atomic
def propose(*, force: Force, explanation: str, recipient: str, by: Actor) -> Paper:
    """Draft the request (请示) for every restriction of this time in force that waits for a body above.

    ``explanation`` says why no milder measure suffices (PHERL 9, IDL 17, ERL 10) and is kept with each of them;
    ``recipient`` is the body asked. The paper is a draft in the register: the clerk hands it in, somebody signs.
    Needs PUBLISH_MEASURES for the zone. Raises Invalid without explanation or recipient, Conflict when nothing
    waits.
    """
    locked = locked_force(force.pk)
    zone = locked.slot.zone
    require(by, Permission.PUBLISH_MEASURES, zone.path)
    require_open(locked)
    if not explanation.strip():
        raise Invalid(
            _("请写明为什么没有影响更小的办法。"),
            hint=_("同样有效的几种措施，选对权益和生产影响最小的（突发公共卫生事件应对法第九条）。"),
            place="explanation",
        )
    if not recipient.strip():
        raise Invalid(_("请写明主送机关。"), place="recipient")
    rows = list(
        Restriction.objects.filter(force=locked, state=RestrictionState.HELD)
        .select_related("measure")
        .order_by("measure__sort")
    )
    if not rows:
        raise Conflict(_("没有待上级决定的措施。"), code="nothing_waits")
    with translation.override("zh-hans"):
        paper = draft_paper(
            PaperKind.REQUEST,
            _title(locked),
            _blocks(locked, rows, explanation.strip()),
            by=system_actor(by.name),
            unit_path=zone.path,
            recipients=(recipient.strip(),),
            source=("measure_force", locked.pk),
        )
    Restriction.objects.filter(pk__in=[one.pk for one in rows]).update(
        paper_id=paper.pk, explanation=explanation.strip()
    )
    record(
        "measures.proposed",
        by=by,
        subject=("measure_force", locked.pk),
        unit_path=zone.path,
        body={"paper": paper.pk, "measures": len(rows)},
    )
    return paper


def _title(force: Force) -> str:
    hazard = hazards().get(force.slot.hazard)
    return _("关于采取%(hazard)s防控限制性措施的请示") % {
        "hazard": hazard.name if hazard else force.slot.hazard
    }


def _blocks(force: Force, rows: Sequence[Restriction], explanation: str) -> list[Block]:
    hazard = hazards().get(force.slot.hazard)
    found: list[Block] = [
        Paragraph(
            _("%(reason)s。为有效防控%(hazard)s，拟采取下列措施，因超出开发区权限，现请示如下。")
            % {
                "reason": force.reason.rstrip("。"),
                "hazard": hazard.name if hazard is not None else force.slot.hazard,
            }
        ),
        Heading(1, "一、" + _("拟采取的措施")),
    ]
    for n, row in enumerate(rows, start=1):
        found += [
            Heading(2, _("（%(n)s）%(title)s") % {"n": chinese(n), "title": row.measure.title}),
            Paragraph(
                _("决定机关：%(who)s。法律依据：%(law)s。范围：%(scope)s。理由：%(reason)s。")
                % {
                    "who": Decider(row.measure.decider).label,
                    "law": row.law.rstrip("。"),
                    "scope": row.scope.rstrip("。"),
                    "reason": row.reason.rstrip("。"),
                }
            ),
        ]
        if row.starts_at is not None and row.ends_at is not None:
            found.append(
                Paragraph(
                    _("期限：%(n)d 天，届满自行终止；情况好转的，提前解除并公告。")
                    % {"n": max(1, (row.ends_at - row.starts_at).days)}
                )
            )
        if row.class_a and row.legal_class != "A" and not row.class_decision:
            found.append(
                Paragraph(_("该项属甲类传染病措施，请一并明确按甲类管理的决定（传染病防治法第四条）。"))
            )
    found += [
        Heading(1, "二、" + _("影响和最小损害说明")),
        *[Paragraph(line.strip()) for line in explanation.splitlines() if line.strip()],
        Paragraph(_("妥否，请批示。")),
    ]
    return found
