"""A paper as plain values: what it says, apart from how it is set.

Both renderers (Word and PDF) take a ``PaperContent`` and nothing else, so they cannot disagree about the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from pingzhan.foundation.documents.enums import Form, PaperKind, Secrecy, Urgency


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body, without a line break inside."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 4 with its own ordinal (一、 （一） 1. （1）).

    ``rest`` is the text that follows on the same line in the type of the body.
    """

    level: int
    text: str
    rest: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first row is its head. Every row has as many cells as the head."""

    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Heading | Table


@dataclass(frozen=True)
class PaperContent:
    """Everything that stands on a paper.

    ``organs`` are those who issue it together, the chief one first; their names stand under the text.
    ``mark`` is the red head (发文机关标志). ``number`` is empty until the paper is issued. ``title`` may hold
    line breaks, chosen by meaning. ``signer`` (签发人) is printed on papers that go up. ``note`` (附注) is
    printed in brackets under the date. ``printer`` and ``printed`` fill the last line of the imprint (版记).
    """

    kind: PaperKind
    title: str
    blocks: tuple[Block, ...]
    organs: tuple[str, ...] = ()
    mark: str = ""
    number: str = ""
    recipients: tuple[str, ...] = ()
    dated: date | None = None
    signer: str = ""
    copy_no: str = ""
    secrecy: Secrecy = Secrecy.NONE
    urgency: Urgency = Urgency.NONE
    attachments: tuple[str, ...] = ()
    note: str = ""
    copy_to: tuple[str, ...] = ()
    printer: str = ""
    printed: date | None = None

    @property
    def form(self) -> Form:
        """Return the layout of its kind."""
        return self.kind.form

    def as_json(self) -> dict[str, Any]:
        """Return a value that JSON can hold; ``content_from_json`` is its inverse."""
        found = asdict(self)
        found["blocks"] = [block_json(one) for one in self.blocks]
        for key in ("dated", "printed"):
            found[key] = found[key].isoformat() if found[key] else None
        for key in ("kind", "secrecy", "urgency"):
            found[key] = str(found[key].value)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}

    def with_number(self, number: str, day: date) -> PaperContent:
        """Return the same paper with its number and date, as it is issued."""
        return replace(self, number=number, dated=day, printed=self.printed or day)


def block_json(block: Block) -> dict[str, Any]:
    """Return a block as JSON holds it; ``kind`` tells which."""
    match block:
        case Heading(level, text, rest):
            return {"kind": "heading", "level": level, "text": text, "rest": rest}
        case Table(rows):
            return {"kind": "table", "rows": [list(row) for row in rows]}
        case Paragraph(text):
            return {"kind": "paragraph", "text": text}


def block_from_json(value: Mapping[str, Any]) -> Block:
    """Return the block that ``block_json`` wrote. Raises KeyError for an unknown kind."""
    match value["kind"]:
        case "heading":
            return Heading(int(value["level"]), value["text"], value.get("rest", ""))
        case "table":
            return Table(tuple(tuple(row) for row in value["rows"]))
        case "paragraph":
            return Paragraph(value["text"])
        case unknown:
            raise KeyError(unknown)


def content_from_json(value: Mapping[str, Any]) -> PaperContent:
    """Return the paper that ``as_json`` wrote."""

    def day(key: str) -> date | None:
        return date.fromisoformat(value[key]) if value.get(key) else None

    def words(key: str) -> tuple[str, ...]:
        return tuple(value.get(key, ()))

    return PaperContent(
        kind=PaperKind(value["kind"]),
        title=value["title"],
        blocks=tuple(block_from_json(one) for one in value["blocks"]),
        organs=words("organs"),
        mark=value.get("mark", ""),
        number=value.get("number", ""),
        recipients=words("recipients"),
        dated=day("dated"),
        signer=value.get("signer", ""),
        copy_no=value.get("copy_no", ""),
        secrecy=Secrecy(value.get("secrecy", "")),
        urgency=Urgency(value.get("urgency", "")),
        attachments=words("attachments"),
        note=value.get("note", ""),
        copy_to=words("copy_to"),
        printer=value.get("printer", ""),
        printed=day("printed"),
    )


def chinese_date(day: date) -> str:
    """Return a day as papers print it: Arabic figures, no leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(at: datetime) -> str:
    """Return a local time as papers print it."""
    return f"{chinese_date(at.date())}{at.hour}时{at.minute:02d}分"


def joined(names: Sequence[str]) -> str:
    """Return the names of a line of recipients or copies, with the mark between them."""
    return "\uff0c".join(names)
