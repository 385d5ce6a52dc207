"""Every list that has pages can be taken out as a file, or it is named here with the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pingzhan.foundation.exports.listing import titles
from tests.project.house import SRC

PAGES = SRC / "pages"
PAGED = "<c-pagination"
BUTTON = re.compile(r"<c-export key=\"([\w.]+)\"|exports:begin' (?:'([\w.]+)'|\w)|/export/([\w.]+)/")

#: Lists with pages and without a file. A new list does not join them: it gets an export.
OTHERWISE = {
    "console/structure/_editor.html": "rows of a draft that is being edited",
    "console/structure/index.html": "versions; each goes out as a whole",
    "console/structure/version.html": "one version, which goes out as a whole",
    "console/structure/responsible.html": "the same rows go out on the page of the front line",
    "console/readiness/_findings.html": "what the machine finds at this moment; no record",
    "console/duty/group.html": "seats of one group at this moment; the contact sheet prints them",
    "console/orders/meetings.html": "each meeting has minutes as an official paper",
    "console/roster/handovers.html": "each hand-over is a sheet of its own",
    "console/drills/index.html": "each drill has a report as an official paper",
    "console/drills/reviews.html": "each review has a report as an official paper",
    "console/rounds/index.html": "rounds; what is in one goes out as coverage and lists to chase",
    "console/rounds/phones.html": "devices; they go out on the page of devices",
    "console/custody/index.html": "counts of rounds",
    "console/custody/tubes.html": "tubes of a round: the manifest of the boxes is its paper",
    "console/custody/boxes.html": "boxes of a round: the manifest is its paper",
    "console/custody/doubts.html": "open questions, settled on the page",
    "console/custody/missing.html": "what has not come yet at this moment",
    "console/laboratory/index.html": "reports received; the laboratory holds them",
    "console/laboratory/refused.html": "lines that were refused; they go back to the laboratory",
    "console/pursuits/index.html": "each pursuit has a page with its people, named there only",
    "company/testing/exemptions.html": "on the coverage list of a round with the reason",
}


def templates() -> dict[str, str]:
    """Return the texts of the pages' templates by their names."""
    found = {}
    for path in PAGES.rglob("*.html"):
        parts = path.parts
        found[str(Path(*parts[parts.index("templates") + 1 :]))] = path.read_text(encoding="utf-8")
    return found


def around(name: str, texts: dict[str, str]) -> list[str]:
    """Return the templates that a person sees together with this one: itself, and those that include it."""
    return [name, *(other for other, text in texts.items() if f'include "{name}"' in text)]


def paged() -> list[str]:
    return sorted(name for name, text in templates().items() if PAGED in text)


@pytest.mark.parametrize("name", paged())
def test_a_list_with_pages_has_a_button_that_takes_it_out(name: str) -> None:
    texts = templates()
    has = any(BUTTON.search(texts[one]) for one in around(name, texts))
    assert has != (name in OTHERWISE), (
        f'{name}: put <c-export key="…" /> on the page and register the listing, or take it from OTHERWISE'
    )


def test_the_reasons_are_of_lists_that_are_there() -> None:
    assert set(OTHERWISE) - set(paged()) == set()


def test_every_button_names_a_list_that_is_registered() -> None:
    keys = {key for text in templates().values() for found in BUTTON.findall(text) for key in found if key}
    assert keys - set(titles()) == set()
