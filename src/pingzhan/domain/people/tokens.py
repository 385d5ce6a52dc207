"""Search words of a person, and what a search box asks for. Only their keyed hashes are stored.

Both sides are made here, so that what is stored and what is asked always fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pingzhan.domain.people.readings import clean, syllables
from pingzhan.foundation.privacy import lookup

KIND = "people"
"""The purpose of the look-up key: hashes of other purposes never match these."""
MAX_LETTERS = 10
"""Prefixes of a reading are stored up to so many letters; the whole reading always."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_DIGITS = re.compile(r"\d{4}\Z|\d{3}[xX]\Z")


@lru_cache(maxsize=20_000)
def _name_words(plain: str) -> tuple[str, ...]:
    words = [f"w:{plain}"]
    words += [f"n:{plain[:n]}" for n in range(1, len(plain) + 1)]
    words += [f"n:{plain[n : n + 2]}" for n in range(1, len(plain) - 1)]
    if _HAN.search(plain):
        for spoken in syllables(plain):
            words += _letters("".join(spoken))
            words += _letters("".join(part[0] for part in spoken if part))
    else:
        words += _letters(plain)
    return tuple(dict.fromkeys(words))


def name_words(name: str) -> list[str]:
    """Return the words by which a name is found: beginnings, pairs, readings and their initials."""
    plain = clean(name)
    return list(_name_words(plain)) if plain else []


def _letters(text: str) -> list[str]:
    return [f"p:{text[:n]}" for n in range(2, min(len(text), MAX_LETTERS) + 1)] + [f"p:{text}"]


def number_words(document: str | None, phone: str | None) -> list[str]:
    """Return the words for the last four characters of the document number and of the phone."""
    words = []
    if document:
        words.append(f"d:{document[-4:].upper()}")
    if phone:
        words.append(f"f:{phone[-4:]}")
    return words


def hashed(words: Iterable[str]) -> list[int]:
    """Return the keyed hashes of words, in their order."""
    return lookup.tokens(KIND, list(words))


def asked(query: str) -> list[list[str]]:
    """Return what a search asks for: alternatives, each a list of words that must all be present.

    Four digits (or three and X) are the end of a document number or of a phone; Chinese characters a part of
    a name; letters a reading or its initials. Blanks separate conditions that must all hold. An empty list
    means that the text cannot be a person: one letter, or digits of another length.
    """
    alternatives: list[list[str]] = [[]]
    for part in query.split():
        choices = _choices(part)
        if not choices:
            return []
        alternatives = [[*sofar, *words] for sofar in alternatives for words in choices]
    return [words for words in alternatives if words][:16]


def _choices(part: str) -> list[list[str]]:
    if _DIGITS.fullmatch(part):
        return [[f"d:{part.upper()}"], [f"f:{part}"]] if part.isdecimal() else [[f"d:{part.upper()}"]]
    plain = clean(part)
    if _HAN.search(plain):
        if len(plain) <= 2:
            return [[f"n:{plain}"]]
        return [[f"n:{plain[n : n + 2]}" for n in range(len(plain) - 1)]]
    if plain.isalpha() and len(plain) >= 2:
        return [[f"p:{plain}"]]
    return []
