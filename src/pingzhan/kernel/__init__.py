"""Value types that know no framework: errors, levels, periods, punctuation."""
