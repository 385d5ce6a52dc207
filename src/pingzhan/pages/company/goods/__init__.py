"""货物静置: lots of goods from their arrival to their release, as a board, a list and a timeline."""
