"""Files with many people's data, from which one person cannot be taken out: an erasure destroys them whole.

Uploaded tables, their results and exported lists live for hours. Whoever is erased meanwhile may stand in any of
them, and confirming an old upload would bring him back; so every order destroys all that exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class FileStore:
    """One kind of such files.

    ``destroy()`` runs in the caller's transaction: it destroys the data keys and the files of everything that
    exists, ends work that would need them, and returns how many uploads or exports had files. Called again it
    returns 0.
    """

    key: str
    label: str | Promise
    destroy: Callable[[], int]


_stores: dict[str, FileStore] = {}


def register_file_store(store: FileStore) -> None:
    """Make a store known; called from an application's ready(). A second one with the key replaces it."""
    _stores[store.key] = store


def file_stores() -> tuple[FileStore, ...]:
    """Return the registered stores in the order of their registration."""
    return tuple(_stores.values())
