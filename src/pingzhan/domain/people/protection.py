"""What this module holds of a person, and how it is shown, hashed anew, kept and overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.people import personal, rules
from pingzhan.domain.people.actions import bulk, merged_subjects
from pingzhan.domain.people.enums import Sex
from pingzhan.domain.people.models import Employment, Individual, SearchTokens
from pingzhan.domain.people.personal import Document, Personal
from pingzhan.domain.people.queries.opening import opened
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.privacy.holders import Holder, register_holder, register_kind, register_related
from pingzhan.foundation.privacy.lookup import register_rehash
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule
from pingzhan.foundation.privacy.reveal import Revealable, register_revealable
from pingzhan.kernel.errors import NotFound

REVEALABLE = "worker"
LEAVER_DAYS = 60
"""reference/domain.md section 14: ledgers of returnees are kept 60 days; leavers' data no longer than those."""
CHUNK = 5_000

_HOLDS = (
    Q(name_sealed__isnull=False)
    | Q(id_sealed__isnull=False)
    | Q(phone_sealed__isnull=False)
    | Q(address_sealed__isnull=False)
    | Q(id_digest__isnull=False)
    | Q(birth_year__isnull=False)
    | ~Q(sex=Sex.UNKNOWN)
)


def count_people(ids: Sequence[int]) -> int:
    """Return how many persons' rows still hold something of these subjects."""
    return Individual.objects.filter(_HOLDS, subject__in=ids).count()


def scrub_people(ids: Sequence[int]) -> int:
    """Empty the sealed texts, the digest, sex and birth year; the row stays for the counts."""
    return Individual.objects.filter(_HOLDS, subject__in=ids).update(
        name_sealed=None,
        id_sealed=None,
        phone_sealed=None,
        address_sealed=None,
        id_digest=None,
        birth_year=None,
        sex=Sex.UNKNOWN,
    )


def count_words(ids: Sequence[int]) -> int:
    """Return how many rows of search words there are."""
    return SearchTokens.objects.filter(individual__subject__in=ids).count()


def scrub_words(ids: Sequence[int]) -> int:
    """Delete the search words."""
    return SearchTokens.objects.filter(individual__subject__in=ids).delete()[0]


def count_numbers(ids: Sequence[int]) -> int:
    """Return how many employments carry an employee number."""
    return Employment.objects.filter(individual__subject__in=ids).exclude(employee_no="").count()


def scrub_numbers(ids: Sequence[int]) -> int:
    """Empty the employee numbers, which lead to the person in the enterprise's own papers."""
    return (
        Employment.objects.filter(individual__subject__in=ids).exclude(employee_no="").update(employee_no="")
    )


def rehash() -> int:
    """Make all digests and search words anew from the sealed texts; see privacy.lookup."""
    SearchTokens.objects.all().delete()
    written, after = 0, 0
    while True:
        people = list(Individual.objects.filter(pk__gt=after, id_digest__isnull=False).order_by("pk")[:CHUNK])
        if not people:
            return written
        after = people[-1].pk
        written += _rehash(people)


def _rehash(people: Sequence[Individual]) -> int:
    texts = opened(people)
    merged = {one.pk for one in people if one.merged_into_id is not None}
    known: list[tuple[int, Personal]] = []
    for one in people:
        text = texts[one.pk]
        if text.number:
            document = Document(one.doc_kind, text.number, one.sex, one.birth_year)
            known.append((one.pk, Personal(text.name or "", document, text.phone, text.address)))
    digests = personal.document_digests(person.document for _pk, person in known)
    lost = [one.pk for one in people if one.pk not in dict(known)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_individual AS i SET id_digest = v.digest"
            " FROM unnest(%s::bigint[], %s::bytea[]) AS v(id, digest) WHERE i.id = v.id",
            [[pk for pk, _person in known], digests],
        )
    # Whoever's number cannot be read any more is found by nobody.
    Individual.objects.filter(pk__in=lost).update(id_digest=None)
    bulk.insert_tokens((pk, person) for pk, person in known if pk not in merged)
    return len(people)


def leavers_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return subjects of persons who have left every enterprise more than ``days`` days before ``now``."""
    limit_day = (now - timedelta(days=days)).date()
    open_or_late = Employment.objects.filter(individual=OuterRef("pk")).filter(
        Q(left__isnull=True) | Q(left__gte=limit_day)
    )
    return list(
        Individual.objects.filter(
            ~Exists(open_or_late), _HOLDS, subject__erased_at__isnull=True, merged_into__isnull=True
        )
        .annotate(last=Max("employments__left"))
        .filter(last__isnull=False)
        .order_by("last", "pk")
        .values_list("subject_id", flat=True)[:limit]
    )


def reveal_worker(actor: Actor, pk: int) -> Revealable:
    """Return what may be opened of an employment the actor may see. Raises NotFound."""
    found = rules.visible_to(actor).select_related("individual", "enterprise").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这名职工。"))
    person = found.individual
    text = opened([person])[person.pk]
    # An enterprise that the person has left asks for its own unit only, like any other reader.
    return Revealable(
        subject_id=person.subject_id,
        fields={
            personal.NUMBER: person.id_sealed,
            personal.PHONE: person.phone_sealed,
            personal.ADDRESS: person.address_sealed,
        },
        unit_path=found.enterprise.path,
        labels={
            personal.NUMBER: gettext_lazy("证件号码"),
            personal.PHONE: gettext_lazy("手机"),
            personal.ADDRESS: gettext_lazy("住址"),
        },
        masked={
            personal.NUMBER: text.masked_number,
            personal.PHONE: text.masked_phone,
            personal.ADDRESS: text.masked_address,
        },
    )


def register() -> None:
    """Make all of it known; called when the application is ready."""
    register_kind(bulk.SUBJECT_KIND, gettext_lazy("职工"))
    register_holder(
        Holder(
            key="people.individual",
            label=gettext_lazy("职工的姓名、证件号码、手机和住址"),
            kind=bulk.SUBJECT_KIND,
            count=count_people,
            scrub=scrub_people,
            describe=gettext_lazy(
                "加密的姓名、证件号码、手机、住址，性别和出生年份；销毁后只留空行，使人数不变。"
            ),
        )
    )
    register_holder(
        Holder(
            key="people.search",
            label=gettext_lazy("职工的检索词"),
            kind=bulk.SUBJECT_KIND,
            count=count_words,
            scrub=scrub_words,
            describe=gettext_lazy("由姓名和号码末四位生成的摘要；销毁时删除。"),
        )
    )
    register_holder(
        Holder(
            key="people.employment",
            label=gettext_lazy("职工的工号"),
            kind=bulk.SUBJECT_KIND,
            count=count_numbers,
            scrub=scrub_numbers,
            describe=gettext_lazy(
                "工号清空；何时在哪个班组、宿舍、食堂作为没有姓名的记录保留，供统计和溯源复盘。"
            ),
        )
    )
    register_related(bulk.SUBJECT_KIND, merged_subjects)
    register_rehash("people", rehash)
    register_revealable(REVEALABLE, reveal_worker)
    register_rule(
        RetentionRule(
            key="people.leavers",
            label=gettext_lazy("离职职工的个人信息"),
            purpose=gettext_lazy("离职后一段时间内仍可能需要联系和溯源。"),
            basis=gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=LEAVER_DAYS,
            due=leavers_due,
            subjects=True,
            kept=gettext_lazy("没有姓名的用工和去向记录。"),
        )
    )
