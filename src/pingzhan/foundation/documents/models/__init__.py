"""Tables of official papers."""

from pingzhan.foundation.documents.models.numbers import Counter, Number, Organ, Series
from pingzhan.foundation.documents.models.papers import IssuedPaper, Paper
from pingzhan.foundation.documents.models.templates import Template, TemplateVersion

__all__ = ["Counter", "IssuedPaper", "Number", "Organ", "Paper", "Series", "Template", "TemplateVersion"]
