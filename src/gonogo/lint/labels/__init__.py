"""The labels that the result of an expression has always, sometimes or never."""
