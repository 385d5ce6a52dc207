"""Photographs as evidence: stripped of what the camera wrote beside the picture, sealed on disk, read by few."""
