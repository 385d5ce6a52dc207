"""Pages without sign-in: signing in, demo personas, first set-up, signed links, health."""
