"""Papers: is a document an official one, and may it be shared."""
