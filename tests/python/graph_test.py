"""Graphs as objects: text, dict, JSON, names; what makes two kernels the same. tests/golden pins the forms."""
import json

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np

X = np.arange(32, dtype=np.float32).reshape(4, 8)


@nki.jit
def shifted(x, by):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(dst=tile, src=x)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.add, operand0=by)
    nisa.dma_copy(dst=result, src=tile)
    return result


def test_forms_agree():
    graph = shifted.graph(X, 2.5)
    assert str(graph) == graph.text() and len(graph) == 3
    assert repr(graph) == "<graph of shifted on trn1: 3 instructions>"
    parsed = json.loads(graph.to_json())
    assert parsed == json.loads(json.dumps(graph.to_dict()))
    assert [entry["op"] for entry in parsed["instructions"]] == ["dma_copy", "tensor_scalar", "dma_copy"]
    assert parsed["instructions"][1]["fields"]["operand0"] == 2.5


def test_tracing_runs_nothing():
    x = X.copy()
    shifted.graph(x, 1.0)
    assert np.array_equal(x, X)


def test_key_is_of_the_content():
    assert shifted.plan(X, 2.5).key == shifted.plan(X.copy(), 2.5).key
    keys = {shifted.plan(X, 2.5).key, shifted.plan(X, 3.5).key, shifted.plan(X.astype(np.float16), 2.5).key}
    assert len(keys) == 3


def test_target_is_part_of_the_graph():
    assert nki.jit(platform_target="gen3")(shifted.function).graph(X, 1.0).text().startswith("kernel shifted on trn2\n")


def test_grid():
    @nki.jit
    def rows(x):
        result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        row = nl.ds(2 * nl.program_id(0), 2)
        nisa.dma_copy(dst=result[row, :], src=x[row, :])
        return result

    assert rows[2].graph(X).to_dict()["programs"] == [0, 1]
    assert "grid (2,)" in rows[2].graph(X).text()
    assert np.array_equal(rows[2](X), X) and np.array_equal(rows[2].report(X).result, X)
    assert len(rows[2].plan(X).placements) == 0


@nki.jit
def twice_named(x):
    """Two results and two scratch tensors that differ in nothing but what is in them."""
    results = []
    for value in (1.0, 2.0):
        scratch = nl.ndarray(x.shape, x.dtype, buffer=nl.hbm, name="scratch")
        tile = nl.ndarray(x.shape, x.dtype, name="tile")
        nisa.memset(dst=tile, value=value)
        nisa.dma_copy(dst=scratch, src=tile)
        results.append(nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm, name="result"))
        nisa.dma_copy(dst=results[-1], src=scratch)
    return results


def test_names_used_twice_stay_two_tensors():
    first, second = twice_named(X)
    assert (first == 1).all() and (second == 2).all()
    names = [tensor["name"] for tensor in twice_named.graph(X).to_dict()["tensors"]]
    assert names == ["x", "scratch", "tile", "result", "scratch.1", "tile.1", "result.1"]


def test_names_that_look_made_up():
    @nki.jit
    def kernel(x):
        mine = nl.ndarray(x.shape, x.dtype, name="sbuf.0")
        other = nl.ndarray(x.shape, x.dtype)
        nisa.memset(dst=mine, value=1.0)
        nisa.memset(dst=other, value=2.0)
        nisa.tensor_tensor(dst=other, data1=other, data2=mine, op=nl.subtract)
        nisa.dma_copy(dst=x, src=other)
        return x

    names = [tensor["name"] for tensor in kernel.graph(X).to_dict()["tensors"]]
    assert len(set(names)) == len(names) == 3


def test_tensor_shows_type_and_memory():
    shown = []

    @nki.jit
    def kernel(x):
        shown.append(repr(x))
        shown.append(repr(nl.ndarray((4, 6), nl.bfloat16)[:, 1:5:2]))
        nisa.dma_copy(dst=x, src=x[0:4, :])
        return x

    kernel.graph(X)
    whole, part = shown
    assert whole == "<NkiTensor x: float32[4, 8] in shared_hbm>"
    assert part == "<NkiTensor sbuf.0[0:4, 1:4:2]: bfloat16[4, 2] in sbuf>"
