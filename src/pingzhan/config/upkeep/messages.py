"""Collects the message ids of the product without GNU gettext.

Python files are read with ``ast``: only calls of functions that the file imported from
``django.utils.translation`` count, so a local ``_`` is no message. Templates are read with Django's own
lexer and the patterns of its ``makemessages``; percent signs are doubled where Django doubles them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace
from django.utils.translation.template import block_re, constant_re, endblock_re, inline_re, plural_re

#: Functions of django.utils.translation: index of the context, of the text and of the plural among the
#: arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_TRANSLATION = "django.utils.translation"
_TRIMMED = re.compile(r"\strimmed\b")
_CJK = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_MARKUP_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

Key = tuple[str | None, str]


@dataclass
class Message:
    """One message: its context and text (the key), its plural, and the files that use it in order found."""

    text: str
    context: str | None = None
    plural: str | None = None
    files: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """Return what identifies the message in a catalogue."""
        return self.context, self.text


@dataclass(frozen=True)
class Problem:
    """A place where a text would never be translated; ``line`` counts from 1."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.why}"


def _names(tree: ast.Module) -> tuple[dict[str, str], set[str]]:
    """Return local name -> translation function, and the local names of the module itself."""
    functions: dict[str, str] = {}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if node.module == _TRANSLATION and alias.name in CALLS:
                functions[alias.asname or alias.name] = alias.name
            elif node.module == "django.utils" and alias.name == "translation":
                modules.add(alias.asname or alias.name)
    return functions, modules


def _function(call: ast.Call, functions: dict[str, str], modules: set[str]) -> str | None:
    match call.func:
        case ast.Name(id=name):
            return functions.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in modules and name in CALLS:
            return name
    return None


def _literal(call: ast.Call, index: int | None) -> str | None:
    if index is None or index >= len(call.args):
        return None
    argument = call.args[index]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def python_messages(source: str, file: str) -> tuple[list[Message], list[Problem]]:
    """Return the messages of a Python source, and the calls whose text is put together at run time."""
    tree = ast.parse(source)
    functions, modules = _names(tree)
    messages: list[Message] = []
    problems: list[Problem] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (name := _function(node, functions, modules)) is None:
            continue
        context_at, text_at, plural_at = CALLS[name]
        text = _literal(node, text_at)
        if text is not None:
            context, plural = _literal(node, context_at), _literal(node, plural_at)
            messages.append(Message(text, context, plural, [file]))
        elif text_at < len(node.args) and isinstance(node.args[text_at], ast.JoinedStr | ast.BinOp):
            # A plain name is fine: its text is marked where it is defined.
            why = "翻译函数里的文字是运行时拼出来的，永远找不到译文；请写成一个完整的字符串。"
            problems.append(Problem(file, node.lineno, why))
    return messages, problems


def _block(tokens: Iterator[Token], opening: Token, file: str) -> Message:
    singular: list[str] = []
    plural: list[str] | None = None
    for token in tokens:
        part = singular if plural is None else plural
        if token.token_type == TokenType.BLOCK:
            if endblock_re.match(token.contents):
                break
            if plural_re.match(token.contents):
                plural = []
        elif token.token_type == TokenType.VAR:
            part.append(f"%({token.contents})s")
        elif token.token_type == TokenType.TEXT:
            part.append(token.contents.replace("%", "%%"))
    tidy = trim_whitespace if _TRIMMED.search(opening.contents) else str
    context = block_re.match(opening.contents)
    return Message(
        tidy("".join(singular)),
        context.group(2).strip("\"'") if context and context.group(2) else None,
        None if plural is None else tidy("".join(plural)),
        [file],
    )


def _constants(contents: str, file: str) -> list[Message]:
    return [
        Message(text[1:-1].replace("%", "%%"), None, None, [file]) for text in constant_re.findall(contents)
    ]


def template_messages(source: str, file: str) -> tuple[list[Message], list[Problem]]:
    """Return the messages of a template, and the Chinese text in it that is not marked for translation."""
    messages: list[Message] = []
    problems: list[Problem] = []
    # Comments of the markup keep their line breaks, so that the places stay right.
    source = _MARKUP_COMMENT.sub(lambda found: "\n" * found.group().count("\n"), source)
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.startswith("comment"):
            for inner in tokens:
                if inner.token_type == TokenType.BLOCK and inner.contents == "endcomment":
                    break
        elif token.token_type == TokenType.BLOCK and block_re.match(token.contents):
            messages += _constants(token.contents, file)
            messages.append(_block(tokens, token, file))
        elif token.token_type == TokenType.BLOCK and (inline := inline_re.match(token.contents)):
            context = inline.group(3)
            text = inline.group(1)[1:-1].replace("%", "%%")
            messages.append(Message(text, context.strip("\"'") if context else None, None, [file]))
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR):
            messages += _constants(token.contents, file)
            if _CJK.search(constant_re.sub("", token.contents)):
                problems.append(
                    Problem(file, token.lineno or 0, f"标签里的中文没有标记翻译：{token.contents}")
                )
        elif token.token_type == TokenType.TEXT:
            # Components get expressions in their attributes, which are plain text to the lexer.
            messages += _constants(token.contents, file)
            for offset, line in enumerate(constant_re.sub("", token.contents).splitlines()):
                if _CJK.search(line):
                    why = f"中文没有标记翻译：{line.strip()}"
                    problems.append(Problem(file, (token.lineno or 0) + offset, why))
    return messages, problems


def sources(package: Path) -> Iterable[Path]:
    """Return the Python files and templates of a package whose texts reach a screen, in a fixed order."""
    python = (path for path in package.rglob("*.py") if "migrations" not in path.parts)
    return [*sorted(python), *sorted(package.rglob("templates/**/*.html"))]


def collect(package: Path) -> tuple[dict[Key, Message], list[Problem]]:
    """Return all messages of the package by key, and every problem found on the way.

    A text used with two different plurals is a problem: a catalogue holds only one entry for it.
    """
    found: dict[Key, Message] = {}
    problems: list[Problem] = []
    for path in sources(package):
        file = path.relative_to(package.parent.parent).as_posix()
        read = python_messages if path.suffix == ".py" else template_messages
        messages, troubles = read(path.read_text(encoding="utf-8"), file)
        problems += troubles
        for message in messages:
            known = found.setdefault(message.key, message)
            if known is message:
                continue
            if file not in known.files:
                known.files.append(file)
            if message.plural and known.plural and message.plural != known.plural:
                problems.append(Problem(file, 0, f"同一句话有两种复数写法：{message.text}"))
            known.plural = known.plural or message.plural
    return found, problems
