"""混管追阳: tubes that are followed, with their four times and the people held."""
