"""What can go wrong with keys and sealed values, in the words of the person in front of the screen."""

from __future__ import annotations

from pingzhan.kernel.errors import DomainError


class KeyMissing(DomainError):
    """The key ring cannot be used: it is missing, unreadable, or lacks a key that the database names."""

    status = 503
    code = "key_missing"


class Unreadable(DomainError):
    """A sealed value does not open: it was altered, or belongs to another person or field."""

    status = 500
    code = "sealed_unreadable"
