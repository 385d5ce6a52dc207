"""组织架构: notices are read in, questions answered, structures edited, published and compared (annex 1)."""
