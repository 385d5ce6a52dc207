"""The frame and every component, rendered from the gallery in both postures."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from pytest_django.fixtures import Settings

from pingzhan.foundation.ui import views
from pingzhan.foundation.ui.context import band_version, routine_band

TEMPLATES = Path(views.__file__).parent / "templates"
GALLERY = (TEMPLATES / "ui" / "gallery.html").read_text(encoding="utf-8")


def page(query: str = "", path: str = "/ui/gallery/") -> str:
    request = RequestFactory().get(f"{path}?{query}")
    request.user = AnonymousUser()
    return views.gallery(request).content.decode()


@pytest.fixture(autouse=True)
def developing(settings: Settings) -> None:
    settings.DEBUG = True
    settings.DEMO = True


REFERENCES = ("for", "aria-labelledby", "aria-describedby", "data-dialog-open", "data-source")


class Elements(HTMLParser):
    """Collects identifiers, references to them, and unbalanced elements."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.stack: list[str] = []
        self.broken: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in REFERENCES and value:
                self.references += value.split()
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.broken.append(tag)


@pytest.mark.parametrize("query", ["", "posture=emergency", "posture=emergency&world=1"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_gallery_is_whole(query: str, language: str) -> None:
    with translation.override(language):
        elements = Elements(page(query))
    assert elements.broken == []
    assert elements.stack == []
    assert sorted(elements.ids) == sorted(set(elements.ids))
    assert set(elements.references) <= set(elements.ids)


@pytest.mark.parametrize("path", sorted((TEMPLATES / "cotton").glob("*.html")), ids=lambda p: p.stem)
def test_every_component_is_shown_and_documented(path: Path) -> None:
    tag = path.stem.replace("_", "-")
    others = [p.read_text(encoding="utf-8") for p in (TEMPLATES / "cotton").glob("*.html") if p != path]
    assert any(f"<c-{tag}" in text for text in (GALLERY, *others))
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


def test_routine_band() -> None:
    text = page()
    assert 'data-posture="routine"' in text
    assert re.search(r'class="band[^"]*".*?平时', text, re.DOTALL)


def test_emergency_band_says_level_and_time() -> None:
    text = page("posture=emergency")
    band = text[text.index('class="band') :][:900]
    assert 'data-posture="emergency"' in text
    assert [word in band for word in ("战时", "\u2161级", "已启动", "02:14")] == [True] * 4


def test_differing_scopes_are_listed() -> None:
    assert "松风电子有限公司" in page()
    assert "\u2162级" in page()


def test_drill_is_marked_twice() -> None:
    assert "watermark" not in page()
    drill = page("world=1")
    assert 'class="watermark"' in drill
    assert "banner-drill" in drill


def test_demo_mode_says_so(settings: Settings) -> None:
    assert "banner-demo" in page()
    settings.DEMO = False
    assert "banner-demo" not in page()


def test_current_page_is_marked_once() -> None:
    assert page().count('aria-current="page"') == 1


def test_gallery_is_for_developers_only(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(Http404):
        page()


class Visitor:
    is_authenticated = True
    is_demo = False
    username = "lin"
    name = "<b>林知远</b>"


def test_names_are_escaped_everywhere() -> None:
    request = RequestFactory().get("/")
    request.user = Visitor()  # type: ignore[assignment]
    band = routine_band("<i>云岭</i>") | {"basis": "<u>1</u>"}
    text = render_to_string("ui/_topbar.html", {"band": band}, request)
    assert not re.search(r"<b>|<i>|<u>", text)
    assert "&lt;b&gt;" in text


def test_band_refresh_answers_nothing_when_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    band = routine_band("云岭")
    monkeypatch.setattr(views, "band_of", lambda request: band)

    def ask(version: str) -> int:
        request: HttpRequest = RequestFactory().get("/ui/band/", {"v": version})
        request.user = Visitor()  # type: ignore[assignment]
        return views.band(request).status_code

    assert ask(band_version(band)) == 204
    assert ask("old") == 200
