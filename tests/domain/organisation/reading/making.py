"""The same text as a Word document and as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest
import typst

FIXTURES = Path(__file__).parents[3] / "fixtures"
INVENTED = FIXTURES / "notice_invented.txt"
SEED = sorted(Path(__file__).parents[5].glob("shared/seed/*.txt"))
_FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC")


def cjk_font() -> str:
    """Return an installed font that has Chinese; skip the test when there is none."""
    families = set(typst.Fonts().families())
    for font in _FONTS:
        if font in families:
            return font
    pytest.skip("no Chinese font is installed")


def make_docx(text: str, path: Path) -> Path:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(str(path))
    return path


def make_pdf(text: str, path: Path, *, size: int = 16, margin: int = 30) -> Path:
    """Set the text as A4 pages with page numbers; the size of the type decides where the lines break."""
    font = cjk_font()
    folder = path.parent
    (folder / "text.txt").write_text(text, encoding="utf-8")
    (folder / "main.typ").write_text(
        f'#set page(paper: "a4", margin: {margin}mm, numbering: "— 1 —")\n'
        f'#set text(font: "{font}", lang: "zh", region: "cn", size: {size}pt)\n'
        '#for line in read("text.txt").split("\\n") [#line #parbreak()]\n',
        encoding="utf-8",
    )
    typst.compile(str(folder / "main.typ"), output=str(path))
    return path


def without_places(data: Any) -> Any:
    """Return JSON data without the places, which differ from file to file."""
    if isinstance(data, dict):
        return {k: without_places(v) for k, v in data.items() if k not in ("place", "places", "duty_places")}
    return [without_places(item) for item in data] if isinstance(data, list) else data
