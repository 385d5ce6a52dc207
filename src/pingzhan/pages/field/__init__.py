"""Pages of the people outside: samplers with phones that work without a network."""
