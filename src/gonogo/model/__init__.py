"""The words of gonogo as frozen values: no I/O, no clock, nothing that changes."""
