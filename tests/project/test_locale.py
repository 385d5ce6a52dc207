"""English is complete: every sentence on screen is marked, translated and keeps its placeholders."""

from __future__ import annotations

import ast
import re

from pingzhan.config.upkeep import catalogue, messages
from tests.project.house import SRC, relative

#: Words looked for in the text of a notice, which is Chinese whatever the reader's language is.
SOUGHT = {"包企", "包项目", "有限公司"}
CJK = re.compile("[\u3400-\u9fff]")


def test_english_is_complete() -> None:
    assert catalogue.check() == []


#: Official papers are written in Chinese whoever asks for them.
PAPERS = {
    "src/pingzhan/pages/console/drills/paper.py",
    "src/pingzhan/pages/console/structure/contactbook.py",
}


def test_pages_mark_every_sentence_in_python() -> None:
    bare = []
    for path in sorted((SRC / "pages").rglob("*.py")):
        if relative(path) in PAPERS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions, modules = messages._names(tree)
        marked = {
            id(inner)
            for node in ast.walk(tree)
            if (isinstance(node, ast.Call) and messages._function(node, functions, modules))
            or isinstance(node, ast.Expr)
            for inner in (ast.walk(node) if isinstance(node, ast.Call) else [node.value])
        }
        bare += [
            f"{relative(path)}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CJK.search(node.value)
            and node.value not in SOUGHT
            and id(node) not in marked
        ]
    assert bare == []
