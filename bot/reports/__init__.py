"""Digests in every form that an admin can read, print or keep: text, page, paper, picture, table."""
