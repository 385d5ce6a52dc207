"""What the frame shows: registered band and navigation, asked lazily and once."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from pingzhan.foundation.ui import context
from pingzhan.foundation.ui.context import (
    Band,
    NavItem,
    band_of,
    band_version,
    current_entry,
    routine_band,
    ui,
)


def emergency(request: HttpRequest) -> Band:
    return routine_band("云岭") | {"posture": "emergency", "level": 2}


def test_without_a_source_the_posture_is_routine() -> None:
    band = band_of(RequestFactory().get("/"))
    assert (band["posture"], band["level"], band["world"]) == ("routine", None, 0)


def test_the_source_is_asked_once_per_request_and_only_when_read() -> None:
    asked = []

    def source(request: HttpRequest) -> Band:
        asked.append(request)
        return emergency(request)

    context.register_band(source)
    request = RequestFactory().get("/")
    values = ui(request)
    assert asked == []
    assert values["band"]["posture"] == "emergency"
    assert str(values["band_version"])
    assert values["band"]["level"] == 2
    assert asked == [request]


def test_version_follows_the_band() -> None:
    one, other = routine_band("云岭"), routine_band("云岭")
    assert band_version(one) == band_version(other)
    other["world"] = 1
    assert band_version(one) != band_version(other)


def test_navigation_and_current_entry() -> None:
    items = [NavItem("首页", "/", "home"), NavItem("组织", "/structure/", "structure")]
    context.register_nav(lambda request: items)
    values = ui(RequestFactory().get("/structure/3/"))
    assert list(values["nav"]) == items
    assert values["nav_at"][1] == "structure"


@pytest.mark.parametrize(
    ("path", "key"),
    [("/", "home"), ("/a/", "a"), ("/a/b/c/", "ab"), ("/a/x/", "a"), ("/other/", "")],
)
def test_the_longest_address_wins(path: str, key: str) -> None:
    items = [NavItem("", "/", "home"), NavItem("", "/a/", "a"), NavItem("", "/a/b/", "ab")]
    assert current_entry(path, items)[1] == key


def test_a_heading_is_current_while_one_of_its_pages_is() -> None:
    pages = (NavItem("企业", "/enterprises/", "enterprises"), NavItem("职工", "/workers/", "workers"))
    heading = NavItem("企业与职工", "/enterprises/", "firms", pages)
    items = [NavItem("首页", "/", "home"), heading]
    assert current_entry("/workers/3/", items) == (heading, "workers")
    assert current_entry("/elsewhere/", items) == (None, "")
