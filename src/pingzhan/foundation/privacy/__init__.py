"""Personal data: sealed with a key per person, masked, revealed on record, kept for a term, destroyed for good."""
