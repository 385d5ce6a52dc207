"""重点地区: the list by which returns are decided."""
