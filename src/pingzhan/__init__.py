"""平战: the command system of a development zone, routine and emergency."""
