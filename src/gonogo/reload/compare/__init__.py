"""What a reload would change, and whether a server shows what was staged: comparisons, pure."""
