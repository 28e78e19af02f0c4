"""The checks, one a file. A file in this folder is registered automatically."""
