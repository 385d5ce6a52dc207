"""The built front end: which files a page must load, read from Vite's manifest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class AssetsNotBuilt(ImproperlyConfigured):
    """The front end has not been built, or does not know the entry; the message says what to run."""


@dataclass(frozen=True)
class Entry:
    """Files of one entry relative to the static root: style sheets, chunks to preload, the module."""

    styles: tuple[str, ...]
    preloads: tuple[str, ...]
    module: str


def manifest_path() -> Path:
    """Return where ``vite build`` writes its manifest."""
    return Path(settings.VITE_DIST) / ".vite" / "manifest.json"


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def entry(name: str) -> Entry:
    """Return the files of an entry such as ``src/desk.ts``.

    Raises AssetsNotBuilt when the manifest is missing or has no such entry.
    """
    manifest = _manifest(name)
    chunks = _imported(manifest, name)
    styles = [css for chunk in (*chunks, name) for css in manifest[chunk].get("css", ())]
    return Entry(
        styles=tuple(dict.fromkeys(styles)),
        preloads=tuple(manifest[chunk]["file"] for chunk in chunks),
        module=manifest[name]["file"],
    )


def every_file(name: str) -> list[str]:
    """Return all files an entry may ever load, also those it loads later, for a page that opens offline.

    Raises AssetsNotBuilt like ``entry``.
    """
    manifest = _manifest(name)
    later = ("imports", "dynamicImports")
    chunks = [*_imported(manifest, name, later), name]
    files = [manifest[chunk]["file"] for chunk in chunks]
    files += [one for chunk in chunks for kind in ("css", "assets") for one in manifest[chunk].get(kind, ())]
    return list(dict.fromkeys(files))


def _manifest(name: str) -> dict[str, Any]:
    path = manifest_path()
    try:
        manifest = _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise AssetsNotBuilt(
            f"前端资源尚未构建：缺少 {path}。请运行 make up，或在 web 目录运行 npm ci 和 npm run build。"
        ) from error
    if name not in manifest:
        raise AssetsNotBuilt(f"前端资源里没有入口 {name}。请在 web 目录重新运行 npm run build。")
    return manifest


def _imported(manifest: dict[str, Any], name: str, kinds: Sequence[str] = ("imports",)) -> list[str]:
    """Return the chunks an entry imports, statically or as ``kinds`` says, depth first, each once."""
    found: list[str] = []
    seen = {name}

    def walk(key: str) -> None:
        for child in (one for kind in kinds for one in manifest[key].get(kind, ())):
            if child not in seen:
                seen.add(child)
                walk(child)
                found.append(child)

    walk(name)
    return found
