"""The day of an enterprise: what it enters, answers for and shows (annex 2)."""
