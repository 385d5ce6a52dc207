"""All that other modules and pages may call of the supplies module.

Writing: ``receive``, ``take``, ``reverse``, ``count``, ``find_same``; purchases ``draft``, ``set_amounts``,
``order``, ``arrive``, ``cancel``. Reading: ``stand`` for how stores stand, ``batches_of`` and ``find_entries`` for
the book, ``firms_visible_to`` and its companions for who may see what.
"""

from pingzhan.domain.supplies.actions.buying import PURCHASE, arrive, cancel, draft, order, set_amounts
from pingzhan.domain.supplies.actions.checking import Counted, Found, count, find_same, unsaid
from pingzhan.domain.supplies.actions.common import CHECK, ENTRY
from pingzhan.domain.supplies.actions.moving import Receipt, Slip, receive, reverse, take
from pingzhan.domain.supplies.catalogue import PHASES, Article, articles
from pingzhan.domain.supplies.queries.book import BookFilter, batches_of, find_entries
from pingzhan.domain.supplies.queries.standing import (
    MIN_DAYS,
    SOON_DAYS,
    WINDOW,
    Norms,
    Stock,
    Store,
    stand,
)
from pingzhan.domain.supplies.rules import (
    batches_visible_to,
    can_keep,
    checks_visible_to,
    entries_visible_to,
    firms_visible_to,
    purchases_visible_to,
)

__all__ = [
    "CHECK",
    "ENTRY",
    "MIN_DAYS",
    "PHASES",
    "PURCHASE",
    "SOON_DAYS",
    "WINDOW",
    "Article",
    "BookFilter",
    "Counted",
    "Found",
    "Norms",
    "Receipt",
    "Slip",
    "Stock",
    "Store",
    "arrive",
    "articles",
    "batches_of",
    "batches_visible_to",
    "can_keep",
    "cancel",
    "checks_visible_to",
    "count",
    "draft",
    "entries_visible_to",
    "find_entries",
    "find_same",
    "firms_visible_to",
    "order",
    "purchases_visible_to",
    "receive",
    "reverse",
    "set_amounts",
    "stand",
    "take",
    "unsaid",
]
