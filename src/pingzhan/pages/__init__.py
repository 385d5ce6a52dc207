"""Server-rendered pages, by who uses them."""
