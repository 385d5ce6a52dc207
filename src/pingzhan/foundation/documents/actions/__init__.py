"""Writing, issuing and filing papers; registers of organs; templates."""
