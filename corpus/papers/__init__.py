"""Papers made up to train and to measure by: sources, the press that prints them, the phones that photograph them."""
