"""Files on this machine: durable writes, locks, regular files."""
