"""PromQL: lexer, parser, tree with places, canonical form, graph of rules."""
