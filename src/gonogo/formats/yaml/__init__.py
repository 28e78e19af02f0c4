"""Reads YAML into values with positions without guessing, and reports all mistakes at once.

Duplicate keys, unknown tags, exploding aliases and absurd nesting are problems. The
value is still returned, as far as the text could be read.
"""

from gonogo.formats.yaml.characters import lines_of
from gonogo.formats.yaml.document import YamlDocument, parse, parse_documents
from gonogo.formats.yaml.nodes import Loc, plain_scalar

__all__ = ["Loc", "YamlDocument", "lines_of", "parse", "parse_documents", "plain_scalar"]
