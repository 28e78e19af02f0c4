"""The heartbeat: writes beats, seals them, pushes them and proves them on a server."""
