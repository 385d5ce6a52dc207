"""The body of a long table, written without a template for every cell.

Fifty rows of ten cells are five hundred small template renderings when each cell names its column and draws its
badge; here the parts that are the same in every row are made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template import Context
from django.template.base import render_value_in_context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from pingzhan.foundation.ui.icons import SHAPES

NOTHING = "—"
"""What stands in a cell without a value."""


@dataclass(frozen=True)
class Column:
    """A column: its words, the class of its cells, and whether its cell is the heading of the row.

    ``pick``: the cell of the check box, whose words are for screen readers only.
    """

    label: str
    css: str = ""
    head: bool = False
    pick: bool = False


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> SafeString:
    """Return head and body of a table for ``<c-table>``; the texts of the cells are escaped.

    A row has one value for each column. An empty text is shown as a dash, in the heading of a row as it is.
    """
    heads = "".join(_head(column) for column in columns)
    frames = [_frame(column) for column in columns]
    body = "".join(
        "<tr>"
        + "".join(
            before + (conditional_escape(value) or empty) + after
            for (before, after, empty), value in zip(frames, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return mark_safe(  # noqa: S308 - joined from escaped parts
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>"
    )


def figures(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> SafeString:
    """Return head and body of the table beneath a chart; texts are escaped, other values shown as templates show them.

    The first cell of a row is its heading; numbers stand to the right, as do the heads of all other columns. A year
    day by day is two and a half thousand cells.
    """
    heads = "".join(
        f'<th scope="col"{_NUM if n else ""}>{_shown(word)}</th>' for n, word in enumerate(columns)
    )
    body = "".join(
        "<tr>"
        + "".join(
            (f"<td{_NUM}>" if isinstance(value, int | float) and not isinstance(value, bool) else "<td>")
            + _shown(value)
            + "</td>"
            if n
            else f'<th scope="row">{_shown(value)}</th>'
            for n, value in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return mark_safe(  # noqa: S308 - joined from escaped parts
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    )


_NUM = ' class="num"'
_PLAIN = Context()


def _shown(value: Any) -> str:
    if type(value) is int:
        return str(value)
    return conditional_escape(value) if type(value) is str else render_value_in_context(value, _PLAIN)


def _head(column: Column) -> str:
    label = conditional_escape(column.label)
    if column.pick:
        label = SafeString(f'<span class="visually-hidden">{label}</span>')
    number = ' class="num"' if column.css == "num" else ""
    return f'<th scope="col"{number}>{label}</th>'


def _frame(column: Column) -> tuple[str, str, str]:
    """Return what stands before and after the value of a cell, and what an empty one shows."""
    if column.head:
        return '<th scope="row">', "</th>", ""
    css = f' class="{conditional_escape(column.css)}"' if column.css else ""
    if column.pick:
        return f"<td{css}>", "</td>", ""
    return f'<td{css} data-label="{conditional_escape(column.label)}">', "</td>", NOTHING


@lru_cache(maxsize=256)
def badge(state: str, word: str) -> SafeString:
    """Return what ``<c-badge state="…">word</c-badge>`` draws. ``word`` is escaped."""
    drawn = SHAPES.get(state, SHAPES["idle"])
    return mark_safe(  # noqa: S308 - joined from escaped parts
        f'<span class="status status-{conditional_escape(state)} ">'
        '<svg class="status-shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        f"{drawn}</svg><span>{conditional_escape(word)}</span></span>"
    )
