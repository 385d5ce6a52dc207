"""Full-width punctuation in the Chinese text of the repository, file kind by file kind.

Only text that a person reads is touched: Chinese paragraphs of Markdown (never code), the text and the quoted
strings of templates, message ids, and Python strings and comments found by ``tokenize``. A Python string with
an escape, a raw prefix or ``(?`` stays, since it may be a pattern; so does a line that ends in
``# zhpunct: off``, and everything from a line holding only that comment up to one holding only
``# zhpunct: on``.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path

import polib

from pingzhan.kernel.zhpunct import fix as to_full_width

ROOT = Path(__file__).resolve().parents[4]
FOLDERS = ("src", "tests", "bench", "docs")
SUFFIXES = (".py", ".html", ".po", ".md")

_CJK = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_PLACEHOLDER = r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}"
_PROTECTED = {
    "python": re.compile(_PLACEHOLDER),
    "template": re.compile(rf"&\#?\w+;|<[!/]?[a-zA-Z-]+|{_PLACEHOLDER}"),
    "markdown": re.compile(r"`[^`]*`|\]\([^)]*\)|https?://[^\s\u3400-\u9fff]+|&\#?\w+;|<[^>\n]+>"),
}
# A hidden span is neutral, but in Chinese Markdown a mark beside `code` or a link is the sentence's own.
_HOLES = {"python": "\ue000", "template": "\ue000", "markdown": "\u3020"}
_TAG = re.compile(r"({#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}|<!--.*?-->|{%.*?%}|{{.*?}})", re.DOTALL)
_STATEMENT_STARTS = {
    tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT
}  # fmt: skip
#: A machine's key such as ``same_name:...``, of which only the last part is Chinese.
_KEY = re.compile(r"[a-z][\w.-]*:\S*\Z")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)
_STRING = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")(.*)\2\Z", re.DOTALL)


def _fix(text: str, kind: str) -> str:
    """Return the text with its protected spans untouched."""
    kept: list[str] = []
    hole = _HOLES[kind]

    def hide(found: re.Match[str]) -> str:
        kept.append(found.group())
        return hole

    fixed = to_full_width(_PROTECTED[kind].sub(hide, text))
    spans = iter(kept)
    return re.sub(hole, lambda _found: next(spans), fixed)


def is_chinese(text: str) -> bool:
    """Return whether a passage is Chinese prose rather than English that names Chinese terms."""
    return len(_CJK.findall(text)) > len(_LATIN.findall(text))


def fix_markdown(text: str) -> str:
    """Return Markdown with its Chinese paragraphs corrected; each line is judged with its own words."""
    parts = _FENCE.split(text)
    for index in range(0, len(parts), 2):
        paragraphs = re.split(r"(\n\s*\n)", parts[index])
        parts[index] = "".join(
            _fix(paragraph, "markdown")
            if is_chinese(_PROTECTED["markdown"].sub("", paragraph))
            else paragraph
            for paragraph in paragraphs
        )
    return "".join(parts)


def fix_template(text: str) -> str:
    """Return a template with its Chinese text corrected; of a tag only the quoted strings are text."""
    parts = _TAG.split(text)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = _fix(part, "template")
        elif part.startswith(("{%", "{{")) and "comment" not in part[:12]:
            parts[index] = _QUOTED.sub(lambda found: _fix(found.group(), "template"), part)
        elif is_chinese(part):
            parts[index] = part[:2] + _fix(part[2:-2], "template") + part[-2:]
    return "".join(parts)


def _fix_string(token: str, *, prose: bool) -> str:
    found = _STRING.match(token)
    if found is None or "r" in found.group(1).lower() or "\\" in found.group(3):
        return token
    if not _CJK.search(found.group(3)):
        return token  # a set of marks, not a sentence
    if _KEY.match(found.group(3)) or "(?" in found.group(3):
        return token
    if prose and not is_chinese(found.group(3)):
        return token
    prefix, quote, body = found.groups()
    return f"{prefix}{quote}{_fix(body, 'python')}{quote}"


def fix_python(text: str) -> str:
    """Return Python source with its Chinese strings and comments corrected; code is never changed.

    Docstrings and comments are prose: they are corrected only when they are Chinese.
    """
    lines = text.splitlines(keepends=True)
    edits: list[tuple[tuple[int, int], tuple[int, int], str]] = []
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    off_lines = {
        token.start[0]
        for token in tokens
        if token.type == tokenize.COMMENT and "zhpunct: off" in token.string
    }
    off = False
    for index, token in enumerate(tokens):
        if token.type == tokenize.COMMENT and lines[token.start[0] - 1].lstrip().startswith("#"):
            off = token.string == "# zhpunct: off" or (off and token.string != "# zhpunct: on")
        if off or off_lines & set(range(token.start[0], token.end[0] + 1)):
            continue
        new = token.string
        if token.type == tokenize.COMMENT and is_chinese(new):
            new = _fix(new, "python")
        elif token.type == tokenize.STRING:
            before = tokens[index - 1].type if index else tokenize.NEWLINE
            alone = before in (
                tokenize.INDENT,
                tokenize.NEWLINE,
                tokenize.NL,
                tokenize.DEDENT,
                tokenize.COMMENT,
            )
            new = _fix_string(new, prose=alone and token.string.endswith('"""'))
        if new != token.string:
            edits.append((token.start, token.end, new))
    for (first, start), (last, end), new in reversed(edits):
        lines[first - 1 : last] = [lines[first - 1][:start] + new + lines[last - 1][end:]]
    return "".join(lines)


def fix_catalogue(text: str) -> str:
    """Return a .po file whose message ids follow their sources, so translations stay attached."""
    catalogue = polib.pofile(text, wrapwidth=110)
    for entry in catalogue:
        entry.msgid = _fix(entry.msgid, "python")
        entry.msgid_plural = _fix(entry.msgid_plural, "python")
    return f"{catalogue}\n" if not str(catalogue).endswith("\n") else str(catalogue)


_FIXERS = {".py": fix_python, ".html": fix_template, ".md": fix_markdown, ".po": fix_catalogue}


def files(paths: Iterable[Path] = ()) -> list[Path]:
    """Return the files to look at: those given or below the given folders, else all of the repository."""
    roots = list(paths) or [*(ROOT / name for name in FOLDERS), *sorted(ROOT.glob("*.md"))]
    found = []
    for root in roots:
        inside = sorted(root.rglob("*")) if root.is_dir() else [root]
        found += [path for path in inside if path.suffix in SUFFIXES and "migrations" not in path.parts]
    return found


def _corrected(path: Path) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8")
    return text, _FIXERS[path.suffix](text) if _CJK.search(text) else text


def faults(path: Path) -> list[str]:
    """Return ``file:line text`` for every line that the fixer would change."""
    text, fixed = _corrected(path)
    if text == fixed:
        return []
    pairs = zip(text.splitlines(), fixed.splitlines(), strict=False)
    return [f"{path}:{n} {old.strip()}" for n, (old, new) in enumerate(pairs, 1) if old != new]


def correct(path: Path) -> bool:
    """Rewrite the file when something in it is wrong; return whether it was."""
    text, fixed = _corrected(path)
    if text != fixed:
        path.write_text(fixed, encoding="utf-8")
    return text != fixed
