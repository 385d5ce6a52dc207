"""What is read of returns and of the list of key regions."""

from pingzhan.domain.returnees.queries.lists import (
    RegionFilter,
    ReturneeFilter,
    ReturneeRow,
    find_returnees,
    page_rows,
    region_list,
)
from pingzhan.domain.returnees.queries.reading import (
    Opened,
    Shown,
    decisions_of,
    known_places,
    listed_in,
    opened,
)

__all__ = [
    "Opened",
    "RegionFilter",
    "ReturneeFilter",
    "ReturneeRow",
    "Shown",
    "decisions_of",
    "find_returnees",
    "known_places",
    "listed_in",
    "opened",
    "page_rows",
    "region_list",
]
