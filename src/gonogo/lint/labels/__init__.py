"""What labels the result of an expression can have: certainly, perhaps, or never."""
