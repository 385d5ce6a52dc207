"""The English catalogue: what is missing or stale in it, and its compiled form."""

from __future__ import annotations

import re
from pathlib import Path

import polib

from pingzhan.config.upkeep.messages import Key, Message, Problem, collect

PACKAGE = Path(__file__).resolve().parents[2]
ENGLISH = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
_PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%[sdrf]|%%|\{\w*\}")
_CJK = re.compile("[\u3001\u3002\u3400-\u9fff\uff08\uff09\uff0c\uff1a\uff1b]")
#: Files whose unmarked Chinese stays Chinese, each with its reason.
CHINESE_ON_PURPOSE = {
    "src/pingzhan/foundation/ui/templates/ui/gallery.html": "sheet of components for developers",
    "src/pingzhan/foundation/ui/templates/ui/_language.html": "a language is named in itself",
}
_HEADER = {
    "Project-Id-Version": "Pingzhan",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def read(path: Path = ENGLISH) -> polib.POFile:
    """Return the catalogue at a path, or an empty one with our header when there is none yet."""
    if path.is_file():
        return polib.pofile(str(path), wrapwidth=110)
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(_HEADER)
    return catalogue


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or None, entry.msgid


def _texts(entry: polib.POEntry) -> list[str]:
    """Return the translations of an entry; a plural entry always has two, absent ones being empty."""
    if entry.msgid_plural:
        return [entry.msgstr_plural.get(index, "") for index in (0, 1)]
    return [entry.msgstr]


def placeholders(text: str) -> list[str]:
    """Return the format placeholders of a text, sorted; two texts match when these are equal."""
    return sorted(found for found in _PLACEHOLDER.findall(text) if found != "%%")


def _fits(entry: polib.POEntry) -> bool:
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    texts = _texts(entry)
    if placeholders(texts[-1]) != wanted:
        return False
    # The singular may leave the number out: "one post" for "%(n)s posts".
    return all(set(placeholders(text)) <= set(wanted) for text in texts)


def missing(messages: dict[Key, Message], catalogue: polib.POFile) -> list[Message]:
    """Return the messages that have no English yet, in the order of the sources."""
    done = {_key(entry) for entry in catalogue if not entry.obsolete and all(_texts(entry))}
    return [message for key, message in messages.items() if key not in done]


def check(package: Path = PACKAGE, path: Path = ENGLISH) -> list[str]:
    """Return one sentence per fault: gap, fuzzy, obsolete, placeholder that differs, unmarked text."""
    messages, problems = collect(package)
    catalogue = read(path)
    faults = [str(problem) for problem in problems if problem.file not in CHINESE_ON_PURPOSE]
    faults += [
        f"缺少英文：{message.text!r}（{message.files[0]}）" for message in missing(messages, catalogue)
    ]
    seen: set[Key] = set()
    for entry in catalogue:
        name = repr(entry.msgid)
        if entry.obsolete or _key(entry) not in messages:
            faults.append(f"英文目录里有不再使用的条目：{name}")
            continue
        if _key(entry) in seen:
            faults.append(f"英文目录里条目重复：{name}")
        seen.add(_key(entry))
        if entry.fuzzy:
            faults.append(f"英文目录里有未定稿（fuzzy）的条目：{name}")
        if (entry.msgid_plural or None) != messages[_key(entry)].plural:
            faults.append(f"复数形式与源文不一致：{name}")
        if all(_texts(entry)):
            if not _fits(entry):
                faults.append(f"占位符与源文不一致：{name}")
            if any(_CJK.search(text) for text in _texts(entry)) and not entry.tcomment:
                # A Chinese term kept on purpose says why in the translator's comment.
                faults.append(f"英文里混有中文字符：{name}")
    return faults


def synchronise(package: Path = PACKAGE, path: Path = ENGLISH) -> tuple[int, int]:
    """Write new messages as empty entries, drop those no source uses; return (added, dropped)."""
    messages, _problems = collect(package)
    old = {_key(entry): entry for entry in read(path) if not entry.obsolete}
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(_HEADER)
    for key, message in sorted(messages.items(), key=lambda item: item[1].files[0]):
        known = old.get(key)
        entry = polib.POEntry(
            msgid=message.text,
            msgctxt=message.context,
            occurrences=[(file, "") for file in message.files],
            tcomment=known.tcomment if known else "",
        )
        if message.plural is None:
            entry.msgstr = known.msgstr if known and not known.msgid_plural else ""
        else:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = (
                dict(enumerate(_texts(known))) if known and known.msgid_plural else {0: "", 1: ""}
            )
        if placeholders(message.text):
            entry.flags = ["python-format"]
        catalogue.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return len(messages.keys() - old.keys()), len(old.keys() - messages.keys())


def compile_catalogues(package: Path = PACKAGE, *, always: bool = True) -> list[Path]:
    """Write the .mo file beside each .po file and return those written.

    With ``always`` false only files older than their source are written, which a start can afford.
    """
    written = []
    for path in sorted((package / "locale").rglob("*.po")):
        target = path.with_suffix(".mo")
        if always or not target.is_file() or target.stat().st_mtime < path.stat().st_mtime:
            polib.pofile(str(path)).save_as_mofile(str(target))
            written.append(target)
    return written


__all__ = ["ENGLISH", "PACKAGE", "Problem", "check", "compile_catalogues", "missing", "read", "synchronise"]
