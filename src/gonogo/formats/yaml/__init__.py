"""YAML as values with positions, every mistake in it named at once, nothing guessed.

Duplicate keys, unknown tags, exploding aliases and absurd nesting are problems; the
value is there all the same, as far as the text could be read.
"""

from gonogo.formats.yaml.characters import lines_of
from gonogo.formats.yaml.document import YamlDocument, parse, parse_documents
from gonogo.formats.yaml.scalars import plain_scalar

__all__ = ["YamlDocument", "lines_of", "parse", "parse_documents", "plain_scalar"]
