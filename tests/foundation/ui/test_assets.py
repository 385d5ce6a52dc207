"""The vite tag and its manifest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.template import Context, Template
from pytest_django.fixtures import Settings

from pingzhan.foundation.ui.assets import AssetsNotBuilt, entry, every_file

MANIFEST = {
    "src/desk.ts": {"file": "assets/desk-1.js", "imports": ["_a.js", "_b.js"], "css": ["assets/desk-1.css"]},
    "_a.js": {"file": "assets/a-1.js", "imports": ["_b.js"], "css": ["assets/a-1.css"]},
    "_b.js": {"file": "assets/b-1.js", "imports": ["_a.js"]},
}


@pytest.fixture
def built(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "dist" / ".vite" / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(MANIFEST))
    settings.VITE_DIST = tmp_path / "dist"
    return path


def test_tag_loads_styles_then_chunks_then_the_module(built: Path) -> None:
    assert Template("{% vite 'src/desk.ts' %}").render(Context()) == (
        '<link rel="stylesheet" href="/static/assets/a-1.css">'
        '<link rel="stylesheet" href="/static/assets/desk-1.css">'
        '<link rel="modulepreload" href="/static/assets/b-1.js">'
        '<link rel="modulepreload" href="/static/assets/a-1.js">'
        '<script type="module" src="/static/assets/desk-1.js"></script>'
    )


def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    assert entry("src/desk.ts").module == "assets/desk-1.js"
    built.write_text(json.dumps({"src/desk.ts": {"file": "assets/desk-22.js"}}) + "\n")
    assert entry("src/desk.ts").module == "assets/desk-22.js"


def test_missing_build_says_what_to_run(tmp_path: Path, settings: Settings) -> None:
    settings.VITE_DIST = tmp_path / "none"
    with pytest.raises(AssetsNotBuilt, match="npm run build"):
        entry("src/desk.ts")


def test_unknown_entry_is_named(built: Path) -> None:
    with pytest.raises(AssetsNotBuilt, match=r"src/wall\.ts"):
        entry("src/wall.ts")


def test_a_page_that_opens_offline_takes_what_it_loads_later_too(built: Path) -> None:
    later = MANIFEST | {
        "src/field.ts": {
            "file": "assets/field-1.js",
            "imports": ["_a.js"],
            "dynamicImports": ["src/camera.ts"],
        },
        "src/camera.ts": {
            "file": "assets/camera-1.js",
            "imports": ["_c.js"],
            "assets": ["assets/reader-1.wasm"],
        },
        "_c.js": {"file": "assets/c-1.js"},
    }
    built.write_text(json.dumps(later))
    assert set(every_file("src/field.ts")) == {
        "assets/field-1.js", "assets/a-1.js", "assets/b-1.js", "assets/camera-1.js", "assets/c-1.js",
        "assets/a-1.css", "assets/reader-1.wasm",
    }  # fmt: skip
    with pytest.raises(AssetsNotBuilt):
        every_file("src/nothing.ts")
