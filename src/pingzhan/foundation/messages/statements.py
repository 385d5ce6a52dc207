"""The statements that senders run: take, mark, give back. All times are the database's.

``tries`` counts leases and doubles as the fence: a row is changed only while it still carries the try leased.
"""

from __future__ import annotations

from collections.abc import Sequence

# A call for many is taken by its first notice, so that no two senders hold parts of it.
# The subquery is materialised: a plan that ran it twice would lease more rows than asked for.
LEASE = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_notice w
    WHERE state IN ('queued', 'failed', 'leased')
      AND next_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND ((priority <= %(express)s AND via <> ALL (%(full_express)s::text[]))
           OR (priority > %(express)s AND via <> ALL (%(full)s::text[])))
      AND (batch IS NULL OR batch IN (0, w.id) OR NOT EXISTS (
              SELECT 1 FROM outbox_notice first
              WHERE first.id = w.batch AND first.state IN ('queued', 'failed', 'leased')))
    ORDER BY priority, wave, id LIMIT %(limit)s
    FOR UPDATE OF w SKIP LOCKED
)
UPDATE outbox_notice n SET state = 'leased', tries = tries + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM due WHERE n.id = due.id RETURNING n.id
"""

CLAIM_MEMBERS = """
UPDATE outbox_notice SET state = 'leased', tries = tries + 1,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE batch = ANY (%(firsts)s) AND id <> batch AND state IN ('queued', 'failed', 'leased')
RETURNING id
"""

# Those leased already and further ones with the same words join in one statement: what was not committed before
# the call is made would go out again under another number.
FORM_BATCH = """
WITH more AS MATERIALIZED (
    SELECT id FROM outbox_notice
    WHERE state = 'queued' AND tries = 0 AND batch IS NULL AND next_at <= clock_timestamp()
      AND priority = %(priority)s AND wave = %(wave)s AND world = %(world)s AND kind = %(kind)s
      AND channel = %(channel)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND title = %(title)s
    ORDER BY id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), both_kinds AS (
    SELECT id, 1 AS lease FROM more
    UNION ALL SELECT id, 0 FROM unnest(%(own)s::bigint[]) AS o(id)
)
UPDATE outbox_notice n SET state = 'leased', tries = n.tries + b.lease, batch = %(first)s,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM both_kinds b WHERE n.id = b.id AND (b.lease = 1 OR (n.state = 'leased' AND n.tries = 1))
RETURNING n.id
"""

LEAVE_BATCH = "UPDATE outbox_notice SET batch = 0 WHERE id = ANY (%s) AND state = 'leased'"

BURY = """
WITH lost AS MATERIALIZED (
    SELECT id FROM outbox_notice
    WHERE state = 'leased' AND lease_until < clock_timestamp() AND tries >= %s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox_notice n SET state = 'dead', lease_until = NULL, last_error = %s
FROM lost WHERE n.id = lost.id
"""

MARK_SENT = """
UPDATE outbox_notice n SET state = m.state, provider_id = m.receipt, via = m.via, lease_until = NULL,
       last_error = '', sent_at = clock_timestamp()
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[]) AS m(id, tries, state, receipt, via)
WHERE n.id = m.id AND n.state = 'leased' AND n.tries = m.tries
"""

MARK_FAILED = """
UPDATE outbox_notice n SET state = m.state, last_error = m.error, via = m.via, lease_until = NULL,
       batch = CASE WHEN m.together THEN n.batch ELSE 0 END,
       next_at = clock_timestamp() + make_interval(secs => m.delay)
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::bool[])
     AS m(id, tries, state, error, via, delay, together)
WHERE n.id = m.id AND n.state = 'leased' AND n.tries = m.tries
"""

# Nothing was sent, so the try does not count.
GIVE_BACK = """
UPDATE outbox_notice n SET state = CASE WHEN n.tries > 1 THEN 'failed' ELSE 'queued' END,
       tries = n.tries - 1, via = m.via, lease_until = NULL,
       next_at = CASE WHEN m.delay > 0 THEN clock_timestamp() + make_interval(secs => m.delay) ELSE n.next_at END
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::float8[]) AS m(id, tries, via, delay)
WHERE n.id = m.id AND n.state = 'leased' AND n.tries = m.tries
"""

WRITE_ATTEMPTS = """
INSERT INTO outbox_attempt (notice_id, channel, outcome, error_class, error, provider_id, took_ms)
SELECT m.* FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[])
     AS m(id, channel, outcome, error_class, error, provider_id, took_ms)
"""

# Moments are given out in blocks, so that several senders share one throttle.
TAKE_SLOTS = """
UPDATE outbox_channelhealth
SET slot_until = GREATEST(slot_until, clock_timestamp()) + make_interval(secs => %(span)s)
WHERE channel_id = %(channel)s
RETURNING extract(epoch FROM slot_until - clock_timestamp())::float8 - %(span)s
"""

PAUSE = """
UPDATE outbox_channelhealth
SET slot_until = GREATEST(slot_until, clock_timestamp() + make_interval(secs => %s)) WHERE channel_id = %s
"""

CLAIM_PROBE = """
UPDATE outbox_channelhealth SET probe_at = clock_timestamp() + make_interval(secs => %s)
WHERE channel_id = %s AND state = 'down' AND probe_at <= clock_timestamp()
"""

HURRY = """
UPDATE outbox_notice SET next_at = clock_timestamp()
WHERE state IN ('queued', 'failed') AND via = %s AND next_at > clock_timestamp()
"""


def columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    """Return rows as the columns that ``unnest`` takes."""
    return [list(column) for column in zip(*rows, strict=True)]
