"""Which connections a typed filter lets pass. Standard library only.

Filters come from strangers and run on the root side: ``check_filter`` bounds their size, and no pattern takes longer
than its length times the text's. What each field means stands in ``netmon.matching.fields``.
"""

from netmon.matching.compiling import compile_filter
from netmon.matching.limits import (
    MAXIMUM_PATTERN_LENGTH,
    MAXIMUM_TERMS,
    MAXIMUM_VALUES,
    MAXIMUM_VALUES_IN_ALL,
    MAXIMUM_WILDCARDS,
    check_filter,
)

__all__ = [
    "MAXIMUM_PATTERN_LENGTH",
    "MAXIMUM_TERMS",
    "MAXIMUM_VALUES",
    "MAXIMUM_VALUES_IN_ALL",
    "MAXIMUM_WILDCARDS",
    "check_filter",
    "compile_filter",
]
