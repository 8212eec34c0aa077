"""nki.collectives: kernels that import it run, as long as they use nothing of it."""

import nki
import nki.collectives as ncc
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest
from nki.collectives import ReplicaGroup


@nki.jit
def doubled(x, group: ReplicaGroup, gather=False):
    tile = nl.load(x)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=2.0)
    out = nl.ndarray(x.shape, dtype=x.dtype, buffer=nl.shared_hbm)
    if gather:
        ncc.all_gather(srcs=[tile], dsts=[out], replica_group=group, collective_dim=0)
    else:
        nisa.dma_copy(dst=out, src=tile)
    return out


@pytest.mark.parametrize("run", [doubled, nki.simulate(doubled)])
def test_groups_are_arguments(run):
    x = np.arange(256, dtype=np.float32).reshape(128, 2)
    np.testing.assert_array_equal(run(x, ReplicaGroup([[0, 1], [2, 3]])), 2 * x)


def test_operations_say_that_they_are_not_there():
    x = np.ones((128, 2), np.float32)
    with pytest.raises(AttributeError, match=r"nki\.collectives.*'all_gather': nki-py runs one rank"):
        doubled(x, ReplicaGroup([[0, 1]]), gather=True)
    with pytest.raises(AttributeError, match="no attribute 'all_gathr'$"):
        _ = ncc.all_gathr
    with pytest.raises(ImportError, match="rank_id"):
        from nki.collectives import rank_id  # noqa: F401
