"""The values that all folders of gonogo share. They are frozen and use no I/O and no clock."""
