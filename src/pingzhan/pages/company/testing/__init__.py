"""核酸检测 of an enterprise: when the team comes, and how far each round is."""
