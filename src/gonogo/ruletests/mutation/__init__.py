"""Small changes of a rule that a good test notices: one kind in each file."""
