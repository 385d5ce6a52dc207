"""Errors a person may see: a sentence in his words, the place, and what to do next."""

from __future__ import annotations


class DomainError(Exception):
    """A request that cannot be carried out, told to the person who made it.

    ``message`` is a complete sentence in the reader's language; ``hint`` says what to do; ``place`` names
    where the trouble sits (a cell, a line of a notice, a post code); ``code`` is stable and never translated,
    so scripts and tests can rely on it. ``status`` is the HTTP status a page answers with.
    """

    status = 422
    code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place
        if code is not None:
            self.code = code

    def as_dict(self) -> dict[str, str]:
        """Return the shape that the command line and JSON answers print."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "place": self.place}

    def __str__(self) -> str:
        return self.message


class Invalid(DomainError):
    """The input itself is wrong; correcting it helps."""

    status = 422
    code = "invalid"


class Refused(DomainError):
    """This actor may not do that."""

    status = 403
    code = "refused"


class NotFound(DomainError):
    """The thing does not exist, or this actor may not know that it does."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """Somebody else changed the state first; the message names who and what."""

    status = 409
    code = "conflict"
