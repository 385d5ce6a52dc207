"""Where the notice says who is on a post: the words of the lists as they were read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pingzhan.domain.organisation.models import ReadEntry, StructureVersion

ANCESTORS = 20
"""A version edited by hand has no text of its own; this far back the notice it came from is looked for."""


@dataclass
class Places:
    """Quotes of the notice by post code and by person."""

    by_post: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_person: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def quote(self, post_code: str, person_id: int | None, most: int = 3) -> str:
        """Return the words about a post, else about a person; an empty text when the notice has none."""
        found = self.by_post.get(post_code) or self.by_person.get(person_id or 0) or []
        return " … ".join(dict.fromkeys(found[:most]))


def places_of(version: StructureVersion) -> Places:
    """Return the quotes behind a version: of its own text, else of the nearest version it was made from.

    Three queries for a version that was read, one more for each edition by hand since.
    """
    found = Places()
    current: StructureVersion | None = version
    for _n in range(ANCESTORS):
        if current is None:
            return found
        rows = list(
            ReadEntry.objects.filter(version=current, holding__isnull=False).values_list(
                "group_name", "start", "end", "holding__post__code", "holding__person"
            )
        )
        if rows:
            for group, start, end, code, person in rows:
                words = f"{group}\uff1a{current.source_text[start:end].strip()}"
                found.by_post[code].append(words)
                if person is not None:
                    found.by_person[person].append(words)
            return found
        current = current.base
    return found
