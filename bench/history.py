"""Years of history behind the command system, filled by a few statements (goal G8).

One specimen of each matter is made (an emergency from the switch to the stand-down, a day's orders, meeting and
reports, a fortnight of the roster) and then copied into the past by ``INSERT ... SELECT ... generate_series``:
a copy has the numbers of the specimen plus a fixed stride and the moments of the specimen so many days earlier.
Unique and check constraints hold as always; triggers and foreign keys rest meanwhile, since a row of history is
neither a step of an order nor an event to keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from bench.switch import Site

STRIDE = 100_000
"""What the numbers of a copy differ by from the copy before; no specimen has more rows in a table."""
DAYS = 365
EMERGENCY_EVERY = 30
ROSTER_DAYS = 14
ORDERS_A_DAY = 20
AUDIT_A_DAY = 300
LIVE_ORDERS = 300
ENDED = "(SELECT id FROM command_seat WHERE closed_at IS NOT NULL)"
TASKS = f"(SELECT id FROM command_task WHERE seat_id IN {ENDED} AND owner_seat_id IN {ENDED})"

EMERGENCY = {
    "command_activation": "TRUE",
    "command_broadcast": "TRUE",
    "command_commandtenure": "TRUE",
    "command_override": "TRUE",
    "command_gap": "resolved_at IS NOT NULL",
    "command_seat": "closed_at IS NOT NULL",
    "command_seatcause": f"seat_id IN {ENDED}",
    "command_task": f"id IN {TASKS}",
    "command_taskevent": f"task_id IN {TASKS}",
    "command_logline": "TRUE",
    "outbox_notice": "TRUE",
}
ROUTINE = {
    "orders_meeting": "TRUE",
    "orders_decision": "TRUE",
    "orders_order": "TRUE",
    "orders_target": "TRUE",
    "orders_orderevent": "TRUE",
    "reporting_due": "TRUE",
    "reporting_report": "TRUE",
    "reporting_zeroline": "TRUE",
    "reporting_zeroentry": "TRUE",
    "roster_handover": "TRUE",
    "roster_handoverline": "TRUE",
    "command_readinessrun": "TRUE",
}
ROSTER = {"roster_roster": "TRUE", "roster_shift": "TRUE", "roster_shiftchange": "TRUE"}
GROWN = {**EMERGENCY, **ROUTINE, **ROSTER, "audit_auditrecord": "TRUE"}
"""Tables that grow with the years; a page that reads one of them from end to end gets slower with each year."""

DIFFERENT = {
    ("command_activation", "key"): "key || ':' || copy_n",
    ("command_activation", "end_key"): "end_key || ':' || copy_n",
    ("command_activation", "epoch"): "epoch + 10 * copy_n",
    ("outbox_notice", "dedupe"): "dedupe || ':' || copy_n",
    ("orders_order", "number"): "number + 100 * copy_n",
    ("reporting_due", "key"): "key || ':' || copy_n",
    ("reporting_report", "number"): "number + 100 * copy_n",
}
"""Columns of unique keys that no number of another copied row makes different."""


def _columns(table: str) -> list[tuple[str, str, str]]:
    """Return name, type and, of a foreign key, the table it points to, of each column that can be written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(a.attname), format_type(a.atttypid, NULL), coalesce((SELECT c.confrelid::regclass::text"
            " FROM pg_constraint c WHERE c.conrelid = a.attrelid AND c.contype = 'f'"
            " AND c.conkey = ARRAY[a.attnum] LIMIT 1), '') FROM pg_attribute a WHERE a.attrelid = %s::regclass"
            " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum",
            [table],
        )
        return list(cursor.fetchall())


def _value(column: tuple[str, str, str], table: str, among: Mapping[str, str], times: int, days: int) -> str:
    name, kind, target = column
    if (table, name) in DIFFERENT:
        return DIFFERENT[table, name]
    if name == "id" or target in among:
        return f"{name} + {STRIDE} * copy_n"
    if kind == "timestamp with time zone":
        return f"{name} - make_interval(days => {days} * ({times} + 1 - copy_n))"
    return f"{name} - {days} * ({times} + 1 - copy_n)" if kind == "date" else name


def copy_back(among: Mapping[str, str], *, times: int, days: int) -> dict[str, int]:
    """Copy the specimens so often into the past, so many days apart, the oldest first; return rows by table."""
    made = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, where in among.items():
            columns = _columns(table)
            names = ", ".join(name for name, _kind, _target in columns)
            values = ", ".join(_value(column, table, among, times, days) for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, {times}) copy_n"
                f" WHERE {where}"
            )
            made[table] = cursor.rowcount
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM " + table + "))",
                [table],
            )
    return made


def _emergency(site: Site) -> None:
    """Order and stand down the zone once, all told, with forty lines of the log: the specimen of an emergency."""
    from django.db.models import F

    from bench.switch import GROUPS
    from pingzhan.domain.command import api
    from pingzhan.domain.command.enums import TaskDecisionKind
    from pingzhan.domain.command.models import LogLine
    from pingzhan.foundation.messages.models import Notice

    api.reconcile_zone(zone=site.zone, cause="测量", by=site.actor)
    order = api.SwitchOrder(key="past", unit=site.zone, level=2, reason="测量", basis="测量")
    api.order_switch(order=order, by=site.actor)
    LogLine.objects.bulk_create(LogLine(zone=site.zone, text=f"第{n}条", by_name="某") for n in range(40))
    done = [
        api.TaskDecision(code, TaskDecisionKind.DONE) for code in ("leading", *GROUPS, "enterprise", "pool")
    ]
    ending = api.StandDown(key="past-end", unit=site.zone, reason="测量", decisions=done)
    api.stand_down(order=ending, by=site.actor)
    Notice.objects.update(state="delivered", sent_at=F("created_at"), lease_until=None)


def _reports(site: Site, now: Any) -> None:
    """A signed daily report and a complete zero report of one day."""
    from pingzhan.domain.reporting.models import Due, Report, ZeroEntry, ZeroLine

    daily, zero = (
        Due.objects.create(
            zone=site.zone,
            unit=site.zone,
            kind=kind,
            on=now.date(),
            key=f"{kind}:past",
            due_at=now,
            done_at=now,
        )
        for kind in ("daily", "zero")
    )
    figures = [
        {
            "key": f"f{n}",
            "label": f"数字{n}",
            "unit": "人",
            "source": "测量",
            "value": n,
            "at": now.isoformat(),
        }
        for n in range(20)
    ]
    Report.objects.create(
        zone=site.zone,
        due=daily,
        state="signed",
        title="日报",
        figures=figures,
        counted_at=now,
        situation="情况",
        written_by_name="某",
        signed_by_name="某",
        signed_at=now,
        year=now.year,
        number=1,
        number_text="1号",
    )
    lines = ZeroLine.objects.bulk_create(
        ZeroLine(
            due=zero,
            kind="enterprise",
            code=firm.code,
            name=firm.name,
            unit=firm,
            value=0,
            first_at=now,
            reported_at=now,
            by_name="某",
            via="self",
        )
        for firm in site.firms
    )
    ZeroEntry.objects.bulk_create(ZeroEntry(line=line, value=0, via="self", by_name="某") for line in lines)


def _orders(site: Site, now: Any, people: Sequence[Any]) -> None:
    """A meeting with a decision and a day's orders, all given, fed back, checked and closed."""
    from pingzhan.domain.orders.models import Decision, Meeting, Order, OrderEvent, Target

    begun = now - timedelta(days=3)
    meeting = Meeting.objects.create(zone=site.zone, title="研判会", held_at=now, points="议题", by_name="某")
    Decision.objects.create(zone=site.zone, meeting=meeting, text="决定", decided_by="某", by_name="某")
    rows = Order.objects.bulk_create(
        Order(
            zone=site.zone,
            unit=site.zone,
            year=now.year,
            number=n + 1,
            title=f"事项{n}",
            source="desk",
            group_code="coordination",
            group_name="组",
            lead_name="某",
            due_at=now,
            first_due_at=now,
            yellow_at=now - timedelta(hours=4),
            issued_at=begun,
            issued_by_name="某",
        )
        for n in range(ORDERS_A_DAY)
    )
    Target.objects.bulk_create(
        Target(order=row, role="lead", kind="person", person=person, name=person.name)
        for row, person in zip(rows, people, strict=False)
    )
    steps = (("issue", "", "open"), ("feedback", "open", "feedback"), ("check", "feedback", "checked"))
    OrderEvent.objects.bulk_create(
        OrderEvent(order=row, verb=verb, state_from=before, state_to=after, by_name="某")
        for row in rows
        for verb, before, after in (*steps, ("close", "checked", "closed"))
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # a new order can only be open
        Order.objects.filter(pk__in=[row.pk for row in rows]).update(
            state="closed",
            fed_back_at=now,
            fed_back_by_name="某",
            checked_at=now,
            checked_by_name="他",
            ended_at=now,
            ended_by_name="他",
        )


def _roster(site: Site, now: Any, people: Sequence[Any]) -> None:
    """A published fortnight from yesterday on, two seats a day, one change, and a signed hand-over."""
    from pingzhan.domain.roster.models import Handover, HandoverLine, Roster, Shift, ShiftChange

    begin = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    roster = Roster.objects.create(
        zone=site.zone,
        first=begin.date(),
        until=(begin + timedelta(days=ROSTER_DAYS)).date(),
        status="published",
        published_at=now,
    )
    shifts = Shift.objects.bulk_create(
        Shift(
            zone=site.zone,
            roster=roster,
            seat=seat,
            day=(begin + timedelta(days=n)).date(),
            t0=begin + timedelta(days=n),
            t1=begin + timedelta(days=n + 1),
            person=people[(2 * n + seat) % len(people)],
            in_force=True,
        )
        for n in range(ROSTER_DAYS)
        for seat in (0, 1)
    )
    ShiftChange.objects.bulk_create(
        ShiftChange(shift=one, kind="published", after=one.person, by_name="某") for one in shifts
    )
    handover = Handover.objects.create(
        zone=site.zone, at=now, outgoing=people[0], incoming=people[1], written_at=now, signed_at=now
    )
    HandoverLine.objects.bulk_create(
        HandoverLine(handover=handover, n=n, source="note", text="事项", state="done") for n in range(5)
    )


def _audit(days: int) -> int:
    """Append so many days of records to the trail; the chain is joined but not signed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO audit_auditrecord (id, at, world, operation, actor_kind, actor_name, verb, unit_path,"
            " subject_kind, subject_id, body, prev_sha, sha, mark) SELECT m.id + g,"
            " now() - (%(n)s - g) * interval '1 day' / %(a)s, 0, gen_random_uuid(), 'system', '测量',"
            " (ARRAY['orders.issue', 'command.seat.confirm', 'reporting.sign'])[1 + g %% 3], m.unit_path,"
            " 'order', g::text, '{}', CASE g WHEN 1 THEN m.sha ELSE encode(sha256((g - 1)::text::bytea), 'hex')"
            " END, encode(sha256(g::text::bytea), 'hex'), ''"
            " FROM (SELECT id, sha, unit_path FROM audit_auditrecord ORDER BY id DESC LIMIT 1) m,"
            " generate_series(1, %(n)s) g",
            {"n": days * AUDIT_A_DAY, "a": AUDIT_A_DAY},
        )
        return int(cursor.rowcount)


def make_live(site: Site) -> None:
    """What is open beside the history: 300 orders, and a zero report of today that half have given."""
    from django.utils import timezone

    from pingzhan.domain.orders.models import Order, OrderCounter, Target
    from pingzhan.domain.organisation.models import Person
    from pingzhan.domain.reporting.models import Due, ZeroLine

    now = timezone.localtime()
    people = list(Person.objects.filter(kind="official").order_by("pk")[:LIVE_ORDERS])
    counter = OrderCounter.objects.get_or_create(zone=site.zone, world=0, year=now.year)[0]
    rows = Order.objects.bulk_create(
        Order(
            zone=site.zone,
            unit=site.zone,
            year=now.year,
            number=counter.last + n + 1,
            title=f"在办{n}",
            source="desk",
            group_code="coordination",
            group_name="组",
            lead_name=person.name,
            due_at=now + timedelta(hours=n - 40),
            first_due_at=now + timedelta(hours=n - 40),
            yellow_at=now + timedelta(hours=n - 60),
            issued_at=now - timedelta(days=4),
            issued_by_name="某",
        )
        for n, person in enumerate(people)
    )
    counter.last += len(rows)
    counter.save()
    Target.objects.bulk_create(
        Target(order=row, role="lead", kind="person", person=person, name=person.name)
        for row, person in zip(rows, people, strict=True)
    )
    due = Due.objects.create(
        zone=site.zone,
        unit=site.zone,
        kind="zero",
        on=now.date(),
        key=f"zero:{now.date()}",
        due_at=now + timedelta(hours=1),
    )
    ZeroLine.objects.bulk_create(
        ZeroLine(
            due=due,
            kind="enterprise",
            code=firm.code,
            name=firm.name,
            unit=firm,
            **(
                {}
                if n % 2
                else {"value": 0, "first_at": now, "reported_at": now, "by_name": "某", "via": "self"}
            ),
        )
        for n, firm in enumerate(site.firms)
    )


def fill(site: Site, years: int) -> dict[str, int]:
    """Fill so many years and return the rows by table; the zone is in routine afterwards, with a roster in force."""
    from django.db.models import Max
    from django.utils import timezone

    from pingzhan.domain.command.actions.readiness import keep_readiness
    from pingzhan.domain.command.models import Activation, ScopeState
    from pingzhan.domain.orders.models import Order, OrderCounter
    from pingzhan.domain.organisation.models import Person

    now, days = timezone.localtime(), years * DAYS
    people = list(Person.objects.filter(kind="official").order_by("pk")[:60])
    _emergency(site)
    keep_readiness(site.zone, nightly=True)
    _orders(site, now, people)
    _reports(site, now)
    _roster(site, now, people)
    made = copy_back(EMERGENCY, times=days // EMERGENCY_EVERY, days=EMERGENCY_EVERY)
    made |= copy_back(ROUTINE, times=days, days=1)
    made |= copy_back(ROSTER, times=days // ROSTER_DAYS, days=ROSTER_DAYS)
    made["audit_auditrecord"] = _audit(days)
    last = Activation.objects.filter(unit=site.zone).aggregate(last=Max("epoch"))["last"]
    ScopeState.objects.filter(unit=site.zone).update(epoch=last)
    number = Order.objects.aggregate(last=Max("number"))["last"]
    OrderCounter.objects.update_or_create(zone=site.zone, world=0, year=now.year, defaults={"last": number})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return made
