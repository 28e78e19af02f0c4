"""What acts on the world, and can be undone."""
