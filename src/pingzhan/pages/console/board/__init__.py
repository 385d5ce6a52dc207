"""工作组看板: what each work group watches, what of it is late today, and where."""
