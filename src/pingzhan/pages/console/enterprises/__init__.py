"""企业: the register of enterprises, and for each one its file, sites, shifts and teams (annex 2)."""
