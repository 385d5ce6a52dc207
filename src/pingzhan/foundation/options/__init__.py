"""Settings that an administrator changes in the browser; each module registers its own."""
