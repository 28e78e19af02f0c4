"""Copies of records with some fields replaced, for Structs and dataclasses alike.

mypy checks the arguments of ``dataclasses.replace``, also for Structs, and not those of ``msgspec.structs.replace``. At
run time each of these functions refuses the records of the other.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec import Struct, structs

if TYPE_CHECKING:
    from dataclasses import replace as replace  # noqa: PLC0414 - the name is exported
else:

    def replace(record: object, /, **changes: object) -> object:
        """Return a copy of a record with the named fields replaced.

        Raises:
            TypeError: the record has no field of that name, or is neither a Struct nor a dataclass.
        """
        change = structs.replace if isinstance(record, Struct) else dataclasses.replace
        return change(record, **changes)
