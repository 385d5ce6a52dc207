"""收件箱: what a person was told."""
