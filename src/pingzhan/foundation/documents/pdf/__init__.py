"""Papers as PDF and as pictures of their pages, set by typst with the same measures."""

from pingzhan.foundation.documents.pdf.writer import Rendered, pictures, write_pdf

__all__ = ["Rendered", "pictures", "write_pdf"]
