"""Spreadsheets out: any list a person sees, with its filter and his rights."""
