"""The rules once more, written as one plain table and a walk from day to day, to compare the engine with.

Nothing of the rule book is used: the numbers are those of reference/domain.md section 3, typed again. Only one
exposure, whole days of isolation and negative nucleic tests are understood.
"""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)

#: When a table begins, and per kind: central days, home days, negative tests, days they may be old.
TABLES: list[tuple[date, dict[str, tuple[int, int, int, int]]]] = [
    (
        date(2020, 1, 1),
        {
            "close": (14, 7, 2, 2),
            "secondary": (7, 0, 1, 2),
            "medium": (0, 14, 1, 2),
            "control": (0, 14, 1, 2),
            "key": (14, 0, 2, 2),
            "high": (14, 0, 2, 2),
            "sealed": (14, 0, 2, 2),
        },
    ),
    (
        date(2022, 6, 28),
        {
            "close": (7, 3, 1, 2),
            "secondary": (0, 7, 1, 2),
            "low": (0, 0, 2, 3),
            "medium": (0, 7, 2, 3),
            "control": (0, 7, 2, 3),
            "key": (7, 0, 2, 3),
            "high": (7, 0, 2, 3),
            "sealed": (7, 0, 2, 3),
        },
    ),
    (
        date(2022, 11, 11),
        {"close": (5, 3, 1, 2), "key": (0, 7, 1, 2), "high": (0, 7, 1, 2), "sealed": (0, 7, 1, 2)},
    ),
    (date(2022, 12, 7), {"close": (0, 5, 1, 2)}),
    (date(2023, 1, 8), {}),
]
NOTICE = (date(2022, 5, 11), date(2022, 12, 7))
NOTICE_KINDS = {"close", "secondary", "person", "medium", "control", "key", "high", "sealed"}
#: What stands in where only the notice asks: the next graver kind.
GRAVER = {
    "person": ["secondary", "close"],
    "secondary": ["close"],
    "low": [],
    "medium": ["control", "key"],
    "control": ["key"],
}


def verdict(
    kind: str,
    last: date,
    on: date,
    *,
    central: frozenset[date] = frozenset(),
    home: frozenset[date] = frozenset(),
    negatives: frozenset[date] = frozenset(),
    measured: bool = True,
) -> tuple[str, date]:
    """Return what is decided on a day and the first day on which he may go on post if isolated from now on."""
    table = [one for begin, one in TABLES if begin <= on][-1]
    asked = kind in NOTICE_KINDS and NOTICE[0] <= on < NOTICE[1]
    row = table.get(kind)
    own = row is not None
    if row is None and asked:
        row = next((table[one] for one in GRAVER.get(kind, []) if one in table), None)
    if row is None and not asked:
        return "admit", on
    need_central, need_home, need_tests, age = row or (0, 0, 0, 2)
    horizon = max(14, need_central + need_home)
    tests = need_tests if own else 0
    if asked:
        tests = max(tests, 1)
    had = sum(1 for n in range(age + 1) if on - n * DAY in negatives and on - n * DAY > last)

    day, spent_central, spent = on, 0, 0
    for n in range(1, (on - last).days):
        past = last + n * DAY
        if past in central:
            spent_central, spent = spent_central + 1, spent + 1
        elif past in home:
            spent += 1
    waited = 0
    while True:
        if (day - last).days > horizon:
            break
        done = spent_central >= need_central and spent >= need_central + need_home
        if row is None:
            done = False
        if done and waited >= tests - had:
            break
        # One more day: isolated where it is still asked, tested once.
        if spent_central < need_central:
            spent_central += 1
        spent, waited, day = spent + 1, waited + 1, day + DAY
    if day == on:
        over = (on - last).days > horizon
        return ("admit" if measured or not asked or over else "hold"), on
    spent_now = _left(central, home, last, on, need_central, need_home)
    if own and spent_now:
        return "isolate", day
    return "hold", day


def _left(
    central: frozenset[date], home: frozenset[date], last: date, on: date, need_central: int, need_home: int
) -> bool:
    inside = [last + n * DAY for n in range(1, (on - last).days)]
    in_central = sum(1 for one in inside if one in central)
    in_any = sum(1 for one in inside if one in central or one in home)
    return in_central < need_central or in_any < need_central + need_home
