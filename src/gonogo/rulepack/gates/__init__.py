"""The gates of the preset, one in each file: its question, its signals, and the rules that record them."""
