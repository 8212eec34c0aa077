"""What nki.collectives names, for kernels that import it. Nothing here runs on several ranks, and says so when used."""

import sys
from typing import Any

from nki import _missing
from nki.language import NKIObject


class ReplicaGroup(NKIObject):
    """The ranks that take part in a collective operation: `ReplicaGroup([[0, 1], [2, 3]])`.

    Source: nki.collectives.ReplicaGroup, NKI 0.6, which does not name its field.
    """

    groups: Any


__all__ = ["ReplicaGroup"]

_OPERATIONS = frozenset(
    "all_gather all_gather_v all_reduce all_to_all all_to_all_v collective_permute collective_permute_implicit "
    "collective_permute_implicit_current_processing_rank_id collective_permute_implicit_reduce rank_id "
    "reduce_scatter".split()
)


def __getattr__(name):
    alone = "nki-py runs one rank, no operations between ranks" if name in _OPERATIONS else None
    raise _missing.missing(sys.modules[__name__], name, alone)
