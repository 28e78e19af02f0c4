"""The heartbeat: writes beats, seals them, pushes them, and proves that they reach a server."""
