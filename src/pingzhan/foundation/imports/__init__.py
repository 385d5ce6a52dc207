"""Spreadsheets in: columns declared once give template, parser, checks, preview, result and docs."""
