"""采样: the page that a phone keeps, its worker, and the words it takes along."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from pingzhan.pages.field.words import words

WEB = Path(__file__).parents[3] / "web" / "src" / "field"


def test_the_page_needs_no_sign_in_and_holds_no_data(db: None, client: Client) -> None:
    answer = client.get(reverse("field:page"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert 'id="field-words"' in page
    assert "<script>" not in page
    assert client.post(reverse("field:page")).status_code == 405


def test_the_worker_names_files_that_are_there_and_its_version_follows_them(client: Client) -> None:
    answer = client.get(reverse("field:worker"))
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    first = script.partition(";\n")[0]
    told = json.loads(first.removeprefix("self.PZ_FIELD = "))
    assert told["page"] == "/field/"
    names = [one.removeprefix(settings.STATIC_URL) for one in told["files"]]
    assert all((Path(settings.VITE_DIST) / one).is_file() for one in names)
    assert {Path(one).suffix for one in names} >= {".js", ".css", ".wasm"}
    # A worker is a classic script: an import or export would stop it.
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert client.get(reverse("field:worker")).content == answer.content


def test_every_word_the_scripts_say_is_taken_along() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in WEB.glob("*.ts") if ".test." not in path.name
    )
    said = set(re.findall(r"say\(\s*'(\w+)'", sources)) | set(re.findall(r"'(check_\w+|link_\w+)'", sources))
    outcomes = re.search(r"export type Word =(.*?)\n\n", sources, re.DOTALL)
    assert outcomes is not None
    said |= {f"word_{one}" for one in re.findall(r"'(\w+)'", outcomes[1])}
    assert said - set(words()) == set()


def test_the_words_of_both_languages_have_the_same_gaps() -> None:
    chinese = words()
    with translation.override("en"):
        english = words()
    gaps = {
        key: (set(re.findall(r"\{\w+\}", chinese[key])), set(re.findall(r"\{\w+\}", english[key])))
        for key in chinese
    }
    assert {key: both for key, both in gaps.items() if both[0] != both[1]} == {}
