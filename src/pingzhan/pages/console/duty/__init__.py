"""值班台: who commands now, what is late, which posts and machines need a hand (command.md section 16)."""
