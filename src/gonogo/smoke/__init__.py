"""The smoke run: the rules see a heartbeat begin and end on a server of their own."""
