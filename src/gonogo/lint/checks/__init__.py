"""One check a file; a file that is here is registered."""
