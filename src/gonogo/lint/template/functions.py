"""The functions of alert templates.

Source: Prometheus documentation, "Template reference"; ``template/template.go``; Go, ``text/template``.
"""

from __future__ import annotations

from msgspec import Struct

OLD = (2, 42)
"""The oldest version that is distinguished from others."""


class TemplateFunction(Struct, frozen=True):
    """The number of arguments of a function (``most`` of ``None``: any number), and the version that added it."""

    least: int
    most: int | None
    since: tuple[int, int] = OLD

    def takes(self, count: int) -> bool:
        """Return whether the function can be called with this number of arguments."""
        return self.least <= count and (self.most is None or count <= self.most)

    @property
    def wanted(self) -> str:
        """The allowed number of arguments, in words."""
        least = f"{self.least} argument{'' if self.least == 1 else 's'}"
        return least if self.most == self.least else f"at least {least}"


def _exactly(count: int, *names: str, since: tuple[int, int] = OLD) -> dict[str, TemplateFunction]:
    return {name: TemplateFunction(count, count, since) for name in names}


def _at_least(count: int, *names: str) -> dict[str, TemplateFunction]:
    return {name: TemplateFunction(count, None) for name in names}


SIGNATURES = {
    **_exactly(0, "externalURL", "pathPrefix"),
    **_exactly(0, "now", since=(3, 6)),
    **_exactly(1, "query", "first", "value", "strvalue", "title", "toUpper", "toLower", "safeHtml", "toTime"),
    **_exactly(1, "humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp"),
    **_exactly(1, "graphLink", "tableLink", "parseDuration", "stripPort", "stripDomain", "not", "len"),
    **_exactly(1, "toDuration", since=(3, 6)),
    **_exactly(1, "urlQueryEscape", since=(3, 0)),
    **_exactly(2, "label", "sortByLabel", "match", "ne", "lt", "le", "gt", "ge"),
    **_exactly(3, "reReplaceAll"),
    **_at_least(0, "args", "print", "println", "html", "js", "urlquery"),
    **_at_least(1, "printf", "and", "or", "index", "slice", "call"),
    **_at_least(2, "eq"),
}
"""The template functions, by name."""

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
"""Functions that compare values of one type."""

WRITING = frozenset(
    {"humanize", "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "title", "toUpper"}
    | {"toLower", "safeHtml", "reReplaceAll", "print", "printf", "println", "html", "js", "urlquery", "urlQueryEscape"}
    | {"and", "or", "toTime", "toDuration"}
)
"""Functions whose result varies with their arguments."""
