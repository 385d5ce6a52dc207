"""The English catalogue: each kind of fault is found, and nothing translated is lost."""

from __future__ import annotations

import gettext
from pathlib import Path

import polib
import pytest

from pingzhan.config.upkeep import catalogue

SOURCE = """from django.utils.translation import gettext as _, ngettext
A = _("岗位")
B = _("%(name)s 已确认")
C = ngettext("%(n)d 岗", "%(n)d 个岗", 2)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "src" / "pack"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(SOURCE, encoding="utf-8")
    return folder


@pytest.fixture
def po(package: Path) -> Path:
    path = package / "locale" / "en" / "LC_MESSAGES" / "django.po"
    assert catalogue.synchronise(package, path) == (3, 0)
    read = polib.pofile(str(path))
    for entry, english in zip(read, ("Post", "%(name)s confirmed", ""), strict=True):
        entry.msgstr = english
    read[2].msgstr_plural = {0: "one post", 1: "%(n)d posts"}
    read.save()
    return path


def change(path: Path, **texts: str) -> None:
    read = polib.pofile(str(path))
    for name, text in texts.items():
        setattr(read[0 if name != "msgstr_named" else 1], name.removesuffix("_named"), text)
    read.save()


def test_a_complete_catalogue_has_no_fault(package: Path, po: Path) -> None:
    assert catalogue.check(package, po) == []


def test_a_gap_is_a_fault(package: Path, po: Path) -> None:
    change(po, msgstr="")
    assert len(catalogue.check(package, po)) == 1


def test_a_missing_plural_form_is_a_gap(package: Path, po: Path) -> None:
    read = polib.pofile(str(po))
    read[2].msgstr_plural = {0: "one post", 1: ""}
    read.save()
    assert len(catalogue.check(package, po)) == 1


def test_a_placeholder_that_differs_is_a_fault(package: Path, po: Path) -> None:
    change(po, msgstr_named="%(who)s confirmed")
    assert len(catalogue.check(package, po)) == 1


def test_chinese_in_english_is_a_fault_unless_a_comment_says_why(package: Path, po: Path) -> None:
    change(po, msgstr="Post 岗位")
    assert len(catalogue.check(package, po)) == 1
    change(po, tcomment="the term itself")
    assert catalogue.check(package, po) == []


def test_an_entry_of_no_source_and_a_fuzzy_one_are_faults(package: Path, po: Path) -> None:
    read = polib.pofile(str(po))
    read[0].flags.append("fuzzy")
    read.append(polib.POEntry(msgid="旧", msgstr="Old"))
    read.save()
    assert len(catalogue.check(package, po)) == 2


def test_synchronising_keeps_translations_adds_new_and_drops_old(package: Path, po: Path) -> None:
    (package / "a.py").write_text(SOURCE.replace("岗位", "职务"), encoding="utf-8")
    assert catalogue.synchronise(package, po) == (1, 1)
    read = {entry.msgid: entry for entry in polib.pofile(str(po))}
    assert read["%(name)s 已确认"].msgstr == "%(name)s confirmed"
    assert read["%(n)d 岗"].msgstr_plural == {0: "one post", 1: "%(n)d posts"}
    assert read["职务"].msgstr == ""
    assert catalogue.synchronise(package, po) == (0, 0)


def test_the_compiled_catalogue_answers(package: Path, po: Path) -> None:
    (written,) = catalogue.compile_catalogues(package)
    assert catalogue.compile_catalogues(package, always=False) == []
    with written.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("岗位") == "Post"
    assert compiled.ngettext("%(n)d 岗", "%(n)d 个岗", 5) == "%(n)d posts"
