"""The rule pack: the recording rules, alerts and unit tests that a policy needs, as values and text."""
