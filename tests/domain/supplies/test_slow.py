"""How stores stand is worked out in whole numbers for all at once; it is what exact fractions say one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.models import Movement
from pingzhan.domain.supplies.queries.standing import needs_of, rows_of
from pingzhan.foundation import clock
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Firm
from tests.domain.supplies.shelf import days, out, put
from tests.domain.supplies.slow import Shelf, row_of, said, shelf_of

TODAY = date(2022, 5, 20)
KEYS = list(api.articles())


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    """A shelf of which nothing was used before its first record."""
    kept = draw(st.none() | st.integers(0, 30))
    last = st.none() | st.integers(-3, 40).map(lambda n: TODAY + timedelta(days=n))
    batches = draw(st.lists(st.tuples(st.integers(1, 3_000), last), max_size=4))
    uses = draw(
        st.lists(
            st.tuples(st.integers(0, kept).map(lambda n: TODAY - timedelta(days=n)), st.integers(1, 400)),
            max_size=6,
        )
        if kept is not None
        else st.just([])
    )
    since = None if kept is None else TODAY - timedelta(days=kept)
    return Shelf(tuple(batches), tuple(uses), since, draw(st.sampled_from([0, 0, 7, 900])))


def facts_of(shelf: Shelf) -> tuple[tuple[int, int, int], int]:
    """The sums that the database gives: usable, expired and expiring; used in the window."""
    soon = TODAY + timedelta(days=api.SOON_DAYS)
    good = [(n, last) for n, last in shelf.batches if last is None or last >= TODAY]
    past = sum(n for n, last in shelf.batches if last is not None and last < TODAY)
    first = TODAY - timedelta(days=api.WINDOW)
    return (
        (sum(n for n, _last in good), past, sum(n for n, last in good if last is not None and last < soon)),
        sum(n for day, n in shelf.uses if first <= day < TODAY),
    )


@settings(max_examples=300)
@given(
    known=st.dictionaries(st.sampled_from(KEYS), shelves()),
    heads=st.integers(0, 3_000),
    phase=st.sampled_from(api.PHASES),
    lasting=st.integers(0, 30),
)
def test_whole_numbers_say_what_fractions_say(
    known: dict[str, Shelf], heads: int, phase: str, lasting: int
) -> None:
    norms = api.Norms(heads, phase, lasting, "", False)
    sums = {key: facts_of(shelf) for key, shelf in known.items()}
    rows = rows_of(
        needs_of(norms),
        norms.days,
        TODAY,
        (
            {key: amounts for key, (amounts, _used) in sums.items() if any(amounts)},
            {key: used for key, (_amounts, used) in sums.items() if used},
            {key: shelf.since for key, shelf in known.items() if shelf.since is not None},
            {key: shelf.coming for key, shelf in known.items() if shelf.coming},
        ),
    )
    assert [row.article.key for row in rows] == KEYS
    nothing = Shelf((), (), None, 0)
    for row in rows:
        assert said(row) == row_of(row.article, norms, known.get(row.article.key, nothing), TODAY)


BOOK = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "use"]),
        st.sampled_from(["mask", "suit", "hand_rub"]),
        st.integers(1, 700),
        st.integers(-20, 0),
        st.sampled_from([None, -1, 0, 29, 30, 200]),
    ),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(book=BOOK, other=BOOK)
def test_what_is_asked_of_all_at_once_is_what_the_books_say(
    mill: Firm, forge: Firm, book: list[Any], other: list[Any]
) -> None:
    with transaction.atomic():
        for firm, acts in ((mill, book), (forge, other)):
            for n, (what, article, amount, ago, expires) in enumerate(acts):
                write(firm, what, article, amount, ago=ago, code=f"B{n}", expires=expires)
        bought = api.draft(enterprise=mill.unit, by=mill.contact)
        api.order(purchase_id=bought.pk, supplier="x", expected=days(1), by=mill.contact)
        for firm, store in zip((mill, forge), api.stand([mill.unit, forge.unit]), strict=True):
            for row in store.rows:
                shelf = shelf_of(firm, row.article.key, clock.today())
                assert said(row) == row_of(row.article, store.norms, shelf, clock.today())
            assert store.opened == Movement.objects.filter(enterprise=firm.unit).exists()
        transaction.set_rollback(True)


def write(
    firm: Firm, what: str, article: str, amount: int, *, ago: int, code: str, expires: int | None
) -> None:
    """Write one thing in the book, or be refused."""
    try:
        with transaction.atomic():
            if what == "put":
                put(firm, article, amount, code=code, expires=expires, day=ago)
            else:
                out(firm, article, amount, day=ago)
    except DomainError:
        return
