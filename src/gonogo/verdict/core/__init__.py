"""Pure judgement: from evidence to outcomes and the verdict."""
