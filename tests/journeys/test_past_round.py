"""A round of some days ago in a browser: its tubes, whoever was missed, a grey pool that was followed and closed."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import Page, expect

from tests.journeys.site import Site

Visit = Callable[..., Page]

PAST = "SELECT id FROM screening_round WHERE state = 'closed' AND number <= 2"
QUIET = f"""
SELECT (SELECT count(*) FROM screening_hold h JOIN screening_tube t ON t.id = h.retest_tube_id
        WHERE t.round_id IN ({PAST}) AND h.until IS NULL),
    (SELECT count(*) FROM screening_conflict WHERE round_id IN ({PAST})),
    (SELECT count(*) FROM screening_tube WHERE round_id IN ({PAST}) AND state <> 'resulted'),
    (SELECT count(*) FROM outbox_notice n JOIN screening_slot s ON s.id = n.subject_id
        WHERE n.kind = 'testing_slots' AND s.round_id IN ({PAST}) AND n.read_at IS NULL)
"""
COUNTS = f"""
SELECT c.round_id, sum(c.due), sum(c.tested), (SELECT count(DISTINCT s.person) FROM screening_sample s
    WHERE s.round_id = c.round_id AND s.refused = 0)
FROM screening_roundcount c WHERE c.round_id IN ({PAST}) GROUP BY 1 ORDER BY 1
"""
"""Due, swabbed as counted, swabbed as written by the phones."""
BACKWARDS = f"""
SELECT t.code FROM screening_tube t JOIN screening_sample s ON s.tube_id = t.id
JOIN screening_result r ON r.tube_id = t.id
WHERE t.round_id IN ({PAST}) AND NOT (s.taken_at <= s.received_at AND s.taken_at <= t.sealed_at
    AND t.sealed_at <= t.boxed_at AND t.boxed_at <= t.handed_at AND t.handed_at <= t.received_at
    AND t.received_at < t.tested_at AND t.tested_at < r.reported_at AND r.reported_at = t.resulted_at
    AND r.reported_at < now())
"""


def facts(site: Site, sql: str) -> list[tuple[object, ...]]:
    """Ask the database of the site as its owner."""
    with psycopg.connect(site.environment["PINGZHAN_OWNER_DATABASE_URL"]) as connection:
        return connection.execute(sql).fetchall()


def test_what_is_over_adds_up_and_leaves_nothing_open(site: Site) -> None:
    assert facts(site, QUIET) == [(0, 0, 0, 0)]
    (_first, due, tested, swabbed), (_again, *again) = facts(site, COUNTS)
    assert due == int(str(tested)) + 7
    assert tested == swabbed
    assert again == [10, 10, 10]
    assert facts(site, BACKWARDS) == []


def test_the_pages_of_a_round_that_is_over_tell_what_happened(visit: Visit) -> None:
    head, duty = visit("organiser"), visit("duty")
    head.goto("/rounds/1/coverage/")
    expect(head.locator("main")).to_contain_text(re.compile("\u6682\u4e0d\u91c7\u6837\u7684\u539f\u56e0"))
    head.goto("/rounds/1/coverage/8/")
    expect(head.locator("main")).to_contain_text("\u4e0d\u8be6")
    duty.goto("/pursuits/1/")
    people = duty.locator("tbody tr")
    expect(people).to_have_count(10)
    for row in people.all():
        expect(row).to_contain_text("\u5355\u91c7\u5355\u68c0\u9634\u6027")
    # Nothing is left to do, so no column is there for it.
    expect(duty.locator("thead")).not_to_contain_text("\u529e\u7406")
    expect(duty.get_by_role("button", name="\u7ed3\u675f\u8ffd\u9633")).to_have_count(0)
