"""The policy file: schema, loading with positions, presets."""
