"""What the actions share: reading of what was typed, the entry, batches and movements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from pingzhan.domain.supplies.catalogue import Article, articles
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import MOST, Batch, Entry, Movement
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.kernel.folding import compact, tidy

ENTRY, CHECK = "supply_entry", "supply_check"
"""Kinds by which photographs, the trail and obligations refer to an entry and to a check."""
LATE = timedelta(days=60)
"""How long after it happened something may be written (paper books are brought in)."""
FARTHEST = timedelta(days=365 * 20)
MAX_WORDS, MAX_CODE = 120, 40


def check_open(enterprise: Unit) -> None:
    """Raise Invalid unless the unit is an enterprise that still exists."""
    if enterprise.kind != UnitKind.ENTERPRISE:
        raise Invalid(_("防控物资只能登记在企业名下。"), place="enterprise")
    if Enterprise.objects.filter(unit=enterprise, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记。"), place="enterprise")


def read_article(key: str) -> Article:
    """Return an article of the catalogue. Raises Invalid for another word."""
    found = articles().get(key)
    if found is None:
        raise Invalid(_("物资目录中没有这种物资。"), place="article")
    return found


def read_amount(amount: int, *, place: str = "amount") -> int:
    """Return an amount of one unit at least. Raises Invalid."""
    if not 1 <= amount <= MOST:
        raise Invalid(_("数量应为 1 到 %(most)d 的整数。") % {"most": MOST}, place=place)
    return amount


def read_words(text: str, *, place: str, required: str = "", most: int = MAX_WORDS) -> str:
    """Return a short text tidied. Raises Invalid when too long, or empty and ``required`` says what to fill in."""
    words = tidy(text)
    if not words and required:
        raise Invalid(required, place=place)
    if len(words) > most:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": most}, place=place)
    return words


def read_code(text: str) -> str:
    """Return a batch number as spreadsheets read it too: narrow, without blanks, in capitals. Raises Invalid."""
    return compact(read_words(text, place="code", most=MAX_CODE)).upper()


def read_day(day: date | None) -> date:
    """Return the day on which something happened, today when none is given. Raises Invalid."""
    today = clock.today()
    if day is None:
        return today
    if day > today:
        raise Invalid(_("日期不能晚于今天。"), place="day")
    if day < today - LATE:
        raise Invalid(_("日期不能早于 60 天前。"), place="day")
    return day


def read_expiry(expires: date | None) -> date | None:
    """Return the last day of use. Raises Invalid for a day that no article reaches."""
    today = clock.today()
    if expires is not None and not today - FARTHEST <= expires <= today + FARTHEST:
        raise Invalid(_("有效期不对，请核对年份。"), place="expires")
    return expires


def known_entry(enterprise: Unit, key: UUID) -> Entry | None:
    """Return the entry that a form has made already, None when it is new."""
    return Entry.objects.filter(enterprise=enterprise, key=key).first()


def new_entry(
    enterprise: Unit,
    kind: MoveKind,
    *,
    key: UUID,
    day: date,
    by: Actor,
    party: str = "",
    note: str = "",
    reverses: Entry | None = None,
    photos: Sequence[bytes] = (),
) -> Entry:
    """Write an entry without movements, with its photographs. Conflict when the form was sent twice at once."""
    try:
        with transaction.atomic():
            made = Entry.objects.create(
                enterprise=enterprise,
                kind=kind,
                key=key,
                day=day,
                party=party,
                note=note,
                reverses=reverses,
                by_name=by.name,
            )
    except IntegrityError as error:
        raise Conflict(_("这张表单刚刚已经登记。"), hint=_("请刷新页面查看。"), code="sent_twice") from error
    keep_photos(ENTRY, made.pk, enterprise.path, photos)
    return made


def batch_for(enterprise: Unit, article: str, code: str, expires: date | None) -> Batch:
    """Return the batch with this number and last day, made when there is none yet."""
    Batch.objects.bulk_create(
        [Batch(enterprise=enterprise, article=article, code=code, expires=expires)], ignore_conflicts=True
    )
    return Batch.objects.get(enterprise=enterprise, article=article, code=code, expires=expires)


def locked_batches(enterprise: Unit, article: str = "") -> list[Batch]:
    """Return the batches of which something is there, locked until commit, by number."""
    rows = Batch.objects.select_for_update(no_key=True).filter(enterprise=enterprise, amount__gt=0)
    if article:
        rows = rows.filter(article=article)
    return list(rows.order_by("pk"))


def move(entry: Entry, parts: Iterable[tuple[Batch, int]], *, reversal: bool = False) -> list[Movement]:
    """Add movements of an entry; the database adds them to the batches. Conflict where more goes than is there."""
    made = []
    try:
        with transaction.atomic():
            for batch, delta in sorted(parts, key=lambda part: part[0].pk):
                made.append(
                    Movement.objects.create(
                        entry=entry,
                        batch=batch,
                        enterprise_id=batch.enterprise_id,
                        article=batch.article,
                        kind=entry.kind,
                        reversal=reversal,
                        delta=delta,
                        day=entry.day,
                    )
                )
    except IntegrityError as error:
        if "supply_never_negative" not in str(error):
            raise
        raise Conflict(
            _("库存不够，已被别人领走或已经用掉。"), hint=_("请刷新页面核对数量。"), code="stock_gone"
        ) from error
    return made
