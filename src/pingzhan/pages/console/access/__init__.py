"""谁能看到，为什么: who may do what in a unit, and what one account may do."""
