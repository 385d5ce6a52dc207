"""The self-query (annex 3: results are asked for over the network): codes by message, and codes people carry.

Nobody learns here whether we know somebody. Asking writes the same row for everybody and looks nobody up; that is
the worker's work, which the visitor does not wait for. A wrong code, one of nobody, one used, one past its time and
one tried too often get the same answer from the same statements.
"""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening import owncodes
from pingzhan.domain.screening.models import OwnAsk, OwnKey
from pingzhan.domain.screening.queries.own import sha_of
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.accounts.shared import count_within
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.models import Priority
from pingzhan.kernel.errors import DomainError, Invalid

ASKS_OF_ONE, ASK_SECONDS = 3, 3600
"""Codes asked for with the same number and name within the seconds; whether we know them or not."""
ASKS_OF_ADDRESS, WRONG_OF_ADDRESS, ADDRESS_SECONDS = 60, 100, 600
"""A whole enterprise may stand behind one address."""
TRIES = 5
KEY_DAYS = 180
FORGET = timedelta(days=1)
CHUNK = 500
WAKE = "pingzhan_own_ask"
_TRY = """
UPDATE screening_ownask SET tries = tries + 1
WHERE id = %s AND used_at IS NULL AND tries < %s AND asked_at > now() - %s * interval '1 second'
RETURNING individual_id, mark
"""
_NOBODY = Actor(kind="link", user_id=None, person_id=None, name="")


class TooMany(DomainError):
    """Too many questions from one address or about one person."""

    status = 429
    code = "too_many"


def ask_code(*, document: people.Document, name: str, address: str) -> int:
    """Write down that somebody wants a code, and return the number of the question. The same for everybody.

    ``name`` is checked by people.read_name. Raises TooMany.
    """
    if count_within(f"own:ask:{address}", ADDRESS_SECONDS) > ASKS_OF_ADDRESS:
        raise _too_many(10)
    (digest,) = people.document_digests([document])
    named = people.name_digests([name])[name]
    if count_within(f"own:who:{digest.hex()}{named.hex()}", ASK_SECONDS) > ASKS_OF_ONE:
        raise _too_many(60)
    asked = OwnAsk.objects.create(id_digest=digest, name_digest=named)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])
    return asked.pk


def confirm_code(*, ask_id: int, code: str, address: str) -> int:
    """Return the person whose code this is. Invalid with one answer for whatever is wrong with it; TooMany."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [ask_id, TRIES, owncodes.LIFE.total_seconds()])
        individual_id, mark = cursor.fetchone() or (None, OwnAsk().mark)
    fits = constant_time_compare(owncodes.own_code(mark), owncodes.read_code(code))
    if not (fits and individual_id and _use(ask_id, individual_id)):
        if count_within(f"own:wrong:{address}", ADDRESS_SECONDS) > WRONG_OF_ADDRESS:
            raise _too_many(10)
        raise Invalid(
            _("验证码不对，或已经过期。"), place="code", code="own_code",
            hint=_("请核对最近一条短信；输错 5 次后请重新获取。"),
        )  # fmt: skip
    return int(individual_id)


def note_unknown_key(*, address: str) -> None:
    """Count a carried code that opened nothing. Raises TooMany."""
    if count_within(f"own:wrong:{address}", ADDRESS_SECONDS) > WRONG_OF_ADDRESS:
        raise _too_many(10)


@transaction.atomic
def _use(ask_id: int, individual_id: int) -> bool:
    used = OwnAsk.objects.filter(pk=ask_id, used_at__isnull=True).update(used_at=Now())
    if used:
        record("screening.own_code_used", by=_NOBODY, subject=("individual", individual_id))
    return bool(used)


@transaction.atomic
def issue_own_key(*, individual_id: int) -> str:
    """Return a new code for a person to carry, shown once; the one before opens nothing any more.

    The caller has made sure who it is. Raises Invalid for somebody erased or merged.
    """
    living = Individual.objects.select_for_update(no_key=True).filter(
        pk=individual_id, id_digest__isnull=False, merged_into__isnull=True
    )
    if not living:
        raise Invalid(_("这个人的登记已经不在。"), code="own_gone")
    key = secrets.token_urlsafe(24)
    OwnKey.objects.update_or_create(
        individual_id=individual_id,
        defaults={
            "sha": sha_of(key),
            "issued_at": Now(),
            "expires_at": Now() + timedelta(days=KEY_DAYS),
        },
    )
    record("screening.own_key_issued", by=_NOBODY, subject=("individual", individual_id))
    return key


@transaction.atomic
def settle_asked() -> int:
    """Look who asked for a code, empty what was typed in, and have the codes sent. Return how many were sent."""
    rows = list(
        OwnAsk.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(settled_at__isnull=True)
        .order_by("id")[:CHUNK]
    )
    found: dict[bytes, tuple[int, bytes | None]] = {}
    for one in Individual.objects.filter(
        id_digest__in=[row.id_digest for row in rows]
    ).select_related("search", "merged_into__search") if rows else ():  # fmt: skip
        living = one.merged_into or one
        search = getattr(living, "search", None)
        if living.id_digest is not None and living.phone_sealed is not None and search is not None:
            found[bytes(one.id_digest or b"")] = (living.pk, search.name_digest)
    notices = []
    for row in rows:
        person, name = found.get(bytes(row.id_digest or b""), (None, None))
        row.individual_id = (
            person if name is not None and bytes(name) == bytes(row.name_digest or b"") else None
        )
        row.id_digest = row.name_digest = None
        if row.individual_id is not None:
            notices.append(_notice(row))
    for row in rows:
        OwnAsk.objects.filter(pk=row.pk).update(
            individual=row.individual_id, id_digest=None, name_digest=None, settled_at=Now()
        )
    OwnAsk.objects.filter(asked_at__lt=Now() - FORGET).delete()
    return enqueue_bulk(notices)


def _notice(row: OwnAsk) -> NewNotice:
    return NewNotice(
        dedupe=f"own_code:{row.pk}:{row.mark}",
        # Below zero: no person of the organisation, see notices.addresses_of.
        recipient=-(row.individual_id or 0),
        account=None,
        kind=owncodes.SUBJECT,
        channel="auto",
        title=_("核酸结果查询验证码"),
        subject_kind=owncodes.SUBJECT,
        subject_id=row.pk,
        priority=Priority.URGENT,
    )


@transaction.atomic
def trail_reads() -> int:
    """Bring the reads noted since the last time into the trail: whose, how, how often. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM screening_ownread RETURNING individual_id, way")
        reads = Counter((way, pk) for pk, way in cursor.fetchall())
    for way in sorted({way for way, _pk in reads}):
        people_read = sorted(pk for of, pk in reads if of == way)
        for first in range(0, len(people_read), CHUNK):
            part = people_read[first : first + CHUNK]
            record(
                "screening.own_read", by=system_actor(str(_("本人查询"))),
                body={"way": way, "reads": sum(reads[way, pk] for pk in part), "people": part},
            )  # fmt: skip
    return reads.total()


def _too_many(minutes: int) -> TooMany:
    return TooMany(
        _("查询太频繁，请在 %(n)d 分钟后再试。") % {"n": minutes},
        hint=_("急需知道结果的，请问本企业联系人。"),
    )
