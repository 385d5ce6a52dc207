"""Who can sign in: accounts without a superuser, and the one-time link that makes the first of them."""
