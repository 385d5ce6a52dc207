"""What samples and walk-ins hold of persons, how long, and what stays when it is destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind
from pingzhan.domain.screening import walkins
from pingzhan.domain.screening.models import Sample, Tube, WalkIn
from pingzhan.foundation.privacy.holders import Holder, register_holder, register_kind
from pingzhan.foundation.privacy.lookup import register_rehash
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule
from pingzhan.foundation.privacy.vault import Vault

DAYS = 60
"""reference/domain.md section 14: negative results 60 days."""
CHUNK = 500
_HOLDS = Q(name_sealed__isnull=False) | Q(id_sealed__isnull=False) | Q(id_digest__isnull=False)


def count_guests(ids: Sequence[int]) -> int:
    """Return how many walk-ins of these subjects still hold something."""
    return WalkIn.objects.filter(_HOLDS, subject__in=ids).count()


def scrub_guests(ids: Sequence[int]) -> int:
    """Empty name, number and digest; the row stays for the counts."""
    return WalkIn.objects.filter(_HOLDS, subject__in=ids).update(
        name_sealed=None, id_sealed=None, id_digest=None
    )


def guests_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return walk-ins registered more than ``days`` days ago that still hold something."""
    old = WalkIn.objects.filter(_HOLDS, created_at__lt=now - timedelta(days=days))
    return list(old.order_by("pk").values_list("pk", flat=True)[:limit])


def empty_guests(ids: Sequence[int]) -> int:
    """Empty walk-ins."""
    return WalkIn.objects.filter(pk__in=ids).update(name_sealed=None, id_sealed=None, id_digest=None)


def tubes_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return tubes begun more than ``days`` days ago whose samples still name somebody."""
    named = Sample.objects.filter(tube_id=OuterRef("pk")).exclude(person=0)
    old = Tube.objects.filter(Exists(named), opened_at__lt=now - timedelta(days=days))
    return list(old.order_by("pk").values_list("pk", flat=True)[:limit])


def cut_samples(ids: Sequence[int]) -> int:
    """Cut the tie of the samples of tubes to persons; return how many tubes."""
    Sample.objects.filter(tube_id__in=ids).exclude(person=0).update(person=0, employment_id=None)
    return len(ids)


def rehash() -> int:
    """Make the digests of walk-ins anew from the sealed numbers; see privacy.lookup."""
    written, after = 0, 0
    while True:
        rows = list(WalkIn.objects.filter(pk__gt=after, id_digest__isnull=False).order_by("pk")[:CHUNK])
        if not rows:
            return written
        after = rows[-1].pk
        vault = Vault.load([one.subject_id for one in rows])
        for one in rows:
            number = vault.open(one.subject_id, walkins.NUMBER, one.id_sealed)
            # Whose number cannot be read any more is matched with nobody.
            one.id_digest = (
                people.document_digests([people.read_document(DocumentKind.ID_CARD, number)])[0]
                if number
                else None
            )
        written += WalkIn.objects.bulk_update(rows, ["id_digest"])


def register() -> None:
    """Make all of it known; called when the application is ready."""
    register_kind(walkins.SUBJECT, gettext_lazy("现场登记的采样人员"))
    register_holder(
        Holder(
            key="screening.walkin",
            label=gettext_lazy("现场登记的姓名和证件号码"),
            kind=walkins.SUBJECT,
            count=count_guests,
            scrub=scrub_guests,
            describe=gettext_lazy("加密的姓名和证件号码；销毁后只留空行，使人数不变。"),
        )
    )
    register_rehash("screening.walkins", rehash)
    basis = gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。")
    for key, label, due, destroy, kept in (
        (
            "screening.walkins",
            gettext_lazy("现场登记的采样人员"),
            guests_due,
            empty_guests,
            gettext_lazy("没有姓名和号码的登记时间。"),
        ),
        (
            "screening.samples",
            gettext_lazy("采样记录中的人员"),
            tubes_due,
            cut_samples,
            gettext_lazy("没有人员的采样时间、管码和人数。"),
        ),
    ):
        register_rule(
            RetentionRule(
                key=key,
                label=label,
                purpose=gettext_lazy("把检测结果对应到人，混管阳性时找到管内人员。"),
                basis=basis,
                days=DAYS,
                due=due,
                destroy=destroy,
                response=True,
                most=60,
                kept=kept,
            )
        )
