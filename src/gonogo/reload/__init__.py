"""The safe reload: a transaction that ends loaded and verified, or as it was."""
