"""Papers as .docx in the layout of GB/T 9704-2012."""

from pingzhan.foundation.documents.word.writer import write_docx

__all__ = ["write_docx"]
