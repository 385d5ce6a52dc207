"""One's own duties as a calendar that phones subscribe to: RFC 5545, written small.

Lines end with CRLF and are folded at 75 octets without cutting a character (3.1); text escapes backslash,
semicolon, comma and line breaks (3.3.11); moments are in UTC (3.3.5, form 2). METHOD is left out: a subscribed
feed is no invitation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from pingzhan.domain.roster.models import Shift

PRODID = "-//Pingzhan//Duty roster//ZH"
FOLD = 75
MEDIA_TYPE = "text/calendar; charset=utf-8"


def escape(text: str) -> str:
    """Return a text value as 3.3.11 wants it; control characters are left out."""
    kept = "".join(mark for mark in text.replace("\r\n", "\n") if mark == "\n" or mark >= " ")
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
    """Return a content line folded at 75 octets, continued with one blank, never inside a character."""
    parts, current, room = [], bytearray(), FOLD
    for mark in line:
        octets = mark.encode()
        if len(current) + len(octets) > room:
            parts.append(current.decode())
            current, room = bytearray(), FOLD - 1
        current += octets
    parts.append(current.decode())
    return "\r\n ".join(parts)


def stamp(moment: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _event(shift: Shift, host: str, now: datetime) -> Iterator[str]:
    summary = _("%(role)s（%(part)s）") % {"role": shift.role.label, "part": shift.get_part_display()}
    yield "BEGIN:VEVENT"
    yield f"UID:shift-{shift.pk}-{shift.person_id}@{host}"
    yield f"DTSTAMP:{stamp(now)}"
    yield f"DTSTART:{stamp(shift.t0)}"
    yield f"DTEND:{stamp(shift.t1)}"
    yield f"SUMMARY:{escape(summary)}"
    yield f"LOCATION:{escape(shift.zone.name)}"
    yield "TRANSP:OPAQUE"
    for minutes in (24 * 60, 60):
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escape(summary)}"
        yield f"TRIGGER:-PT{minutes}M"
        yield "END:VALARM"
    yield "END:VEVENT"


def calendar(shifts: Iterable[Shift], *, title: str, host: str, now: datetime) -> bytes:
    """Return the calendar of these shifts (zones loaded). ``host`` makes the ids of the events unique."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escape(title)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{int(timedelta(hours=1).total_seconds()) // 3600}H",
    ]
    rows = list(shifts)
    for shift in rows:
        lines += _event(shift, host, now)
    if not rows:
        # A calendar has at least one component (3.6); without duties that is the local time zone.
        lines += [
            "BEGIN:VTIMEZONE",
            "TZID:Asia/Shanghai",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0800",
            "TZOFFSETTO:+0800",
            "END:STANDARD",
            "END:VTIMEZONE",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines).encode()
