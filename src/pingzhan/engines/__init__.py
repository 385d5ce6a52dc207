"""Pure computing on plain numbers and arrays: no Django, no database, no files. Everything above may use it."""
