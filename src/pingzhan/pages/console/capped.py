"""Pages of lists that grow with the years."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

Row = TypeVar("Row", bound=Model)
MOST = 1_000
"""Rows that the pages of such a list lead to; what is further back is found by a filter, or in the export."""


class Capped(Paginator[Row]):
    """Pages that count and lead to the first thousand: counting years of rows takes longer than showing fifty."""

    @cached_property
    def count(self) -> int:
        """Return how many rows the pages lead to."""
        return min(self._found, MOST)

    @property
    def cut(self) -> bool:
        """Return whether there are rows that no page leads to."""
        return self._found > MOST

    @cached_property
    def _found(self) -> int:
        """Return how many rows there are, up to one more than the pages lead to."""
        found = self.object_list
        assert isinstance(found, QuerySet)
        return len(found.order_by().values_list("pk")[: MOST + 1])
