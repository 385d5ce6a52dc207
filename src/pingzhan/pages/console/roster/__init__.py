"""值班: the roster, one's own duties, hand-overs, who is away, and how all of it is made."""
