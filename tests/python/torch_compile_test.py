"""Kernels inside torch.compile, exported programs and torch's other tracers."""

import dataclasses
import textwrap
import warnings
from typing import NamedTuple

import nki
import nki.language as nl
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nki import _program, _torch_ops  # noqa: E402

from tests.python import small_kernels  # noqa: E402
from tests.python.small_kernels import accumulate, add, scaled  # noqa: E402
from tests.python.torch_programs import BACKENDS, Add, Doubled, fresh_compiler, pair, run_python  # noqa: E402, F401


@nki.jit(platform_target="trn1")
def first_plus_last(tensors, options):
    """Takes tensors inside a list and a dict, and returns a list."""
    return [add(tensors[0], options["last"])]


class Scale:
    """An argument that torch knows nothing of."""

    def __init__(self, factor):
        self.factor = factor

    def __float__(self):
        return self.factor


@pytest.mark.parametrize("dynamic", [None, True, False])
@pytest.mark.parametrize("backend", BACKENDS)
def test_compiled(backend, dynamic):
    @torch.compile(fullgraph=True, backend=backend, dynamic=dynamic)
    def program(a, b, factor):
        c = add(a * 2, b.t().contiguous().t())
        return c + scaled(a, factor) + scaled(b, op=nl.add, factor=a.shape[1], offsets=(1, a.shape[0]))

    for n, factor in ((8, 2.0), (16, 3), (16, 4.5)):
        a, b = pair(128, n)
        torch.testing.assert_close(program(a, b, factor), a * 2 + b + a * factor + b + n + 1)


def test_a_key_is_never_reused_for_another_shape():
    program = torch.compile(lambda a, b: add(a, b), fullgraph=True, backend="eager", dynamic=True)
    for n in (4, 8, 12, 16):
        a, b = pair(128, n)
        assert torch.equal(program(a, b), a + b)


def test_compiling_again_keeps_no_more_programs():
    a, b = pair(128, 20)
    kept = len(_program._kept)
    for _ in range(5):
        torch._dynamo.reset()
        assert torch.equal(torch.compile(lambda x, y: add(x, y), fullgraph=True, backend="eager")(a, b), a + b)
    assert len(_program._kept) == kept + 1


def test_nothing_runs_while_it_compiles(monkeypatch):
    ran, graphs = [], []
    run_pointers = _torch_ops._core.run_pointers

    def recording(key, inputs, outputs):
        ran.append(key)
        run_pointers(key, inputs, outputs)

    def backend(graph, examples):
        graphs.append((graph, len(ran)))
        return graph

    monkeypatch.setattr(_torch_ops._core, "run_pointers", recording)
    a, b = pair(128, 8)
    torch.compile(lambda x, y: add(x * 2, y), fullgraph=True, backend=backend)(a, b)
    assert graphs[0][1] == 0 and len(ran) == 1
    assert torch.ops.nki_sim.call.default in [n.target for n in graphs[0][0].graph.nodes]


def test_compiled_result_structure_and_modules():
    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.randn(128, 8))

        def forward(self, x):
            return Add.apply(x, self.weight) * self.weight

    model = Model()
    x = torch.randn(128, 8)
    out = torch.compile(model, fullgraph=True, backend="aot_eager")(x)
    out.sum().backward()
    torch.testing.assert_close(out, (x + model.weight) * model.weight)
    torch.testing.assert_close(model.weight.grad, x + 2 * model.weight.detach())


def test_rebinding_the_kernel_recompiles():
    kernel = add

    def program(a, b):
        return kernel(a, b)

    compiled = torch.compile(program, fullgraph=True, backend="eager")
    a, b = pair(128, 8)
    assert torch.equal(compiled(a, b), a + b)
    kernel = lambda a, b: a - b  # noqa: E731
    assert torch.equal(compiled(a, b), a - b)


def test_an_assertion_of_the_kernel_comes_out_of_the_compiler():
    program = torch.compile(lambda a, b: add(a, b), fullgraph=True, backend="eager")
    with pytest.raises(Exception, match=r"shapes \(128, 8\) and \(128, 4\) differ"):
        program(torch.zeros(128, 8), torch.zeros(128, 4))


def test_compiled_half_precision():
    program = torch.compile(lambda a, b: add(a.bfloat16(), b.bfloat16()), fullgraph=True, backend="aot_eager")
    a, b = pair(128, 8)
    assert torch.equal(program(a, b), a.bfloat16() + b.bfloat16())


@pytest.mark.parametrize("backend", BACKENDS)
def test_compiled_training(backend):
    program = torch.compile(lambda a, b: (Add.apply(a, b) * Doubled.apply(a)).sum(), fullgraph=True, backend=backend)
    a, b = (t.requires_grad_() for t in pair(128, 8))
    program(a, b).backward()
    torch.testing.assert_close(a.grad, (4 * a + 2 * b).detach())
    torch.testing.assert_close(b.grad, (2 * a).detach())


def test_compiled_with_nested_arguments():
    a, b = pair(128, 8)

    def program(x, y):
        return first_plus_last([x, x], options={"last": y})[0] * 2

    assert torch.equal(program(a, b), (a + b) * 2)
    assert torch.equal(torch.compile(program, fullgraph=True, backend="aot_eager")(a, b), (a + b) * 2)


class Pair(NamedTuple):
    first: object
    second: object


@dataclasses.dataclass
class Layer:
    weight: object
    factor: float = 2.0
    bias: object = None


@nki.jit(platform_target="trn1")
def layered(pair, *, layer):
    """Takes and returns named tuples and dataclasses."""
    total = add(scaled(layer.weight, layer.factor), pair.first)
    return Pair(total, {"layer": Layer(layer.weight, 5.0, (scaled(pair.second), None))})


@nki.jit(platform_target="trn1")
def layer_in_an_object(a):
    return Holder(add(a, a))


class Holder:
    def __init__(self, tensor):
        self.tensor = tensor


def test_compiled_with_named_tuples_and_dataclasses():
    a, b = pair(128, 8)

    def program(x, y):
        result = layered(Pair(x * 2, y), layer=Layer(x, 3.0))
        return result.first + 1, result.second["layer"]

    for run in (program, torch.compile(program, fullgraph=True, backend="aot_eager")):
        total, layer = run(a, b)
        torch.testing.assert_close(total, a * 3 + a * 2 + 1)
        assert type(layer) is Layer and layer.factor == 5.0 and layer.bias[1] is None
        assert torch.equal(layer.weight, a) and torch.equal(layer.bias[0], b * 2)


def test_compiled_with_an_object_that_holds_tensors_is_refused():
    a = torch.randn(128, 8)
    assert torch.equal(layer_in_an_object(a).tensor, a + a)
    with pytest.raises(Exception, match="layer_in_an_object: returns an object that holds tensors"):
        torch.compile(lambda x: layer_in_an_object(x).tensor, fullgraph=True, backend="eager")(a)


def test_compiled_with_an_object_as_static_argument():
    a = torch.randn(128, 8)
    scale = Scale(3.0)
    program = torch.compile(lambda x: scaled(x, scale), fullgraph=True, backend="eager")
    assert torch.equal(program(a), a * 3)
    scale = Scale(4.0)
    assert torch.equal(program(a), a * 4)


def test_one_tensor_as_a_written_and_another_argument_is_refused():
    """What the kernel reads after it has written would depend on how arguments are passed."""
    program = torch.compile(lambda x: accumulate(x, x)[0] * 1, fullgraph=True, backend="aot_eager")
    for run in (lambda x: accumulate(x, x)[0], program):
        a = torch.randn(128, 8)
        before = a.clone()
        with pytest.raises(Exception, match="(shares memory with|is also) its argument 'a'; pass a copy of one"):
            run(a)
        assert torch.equal(a, before)


OVERLAPPING = {
    "itself": lambda x: (x[:4], x.as_strided((4, 8), (1, 1), 64)),
    "another argument": lambda x: (x[2:6], x[4:8]),
    "expanded": lambda x: (x[:4], x[8:9].expand(4, 8)),
}


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("views", OVERLAPPING)
def test_compiled_code_refuses_the_overlapping_views_that_eager_code_refuses(views, backend):
    def run(x):
        a, total = OVERLAPPING[views](x)
        return accumulate(a, total)[0] * 1

    for program in (run, torch.compile(run, fullgraph=True, backend=backend)):
        x = torch.ones(16, 8)
        with pytest.raises(Exception, match="(share|shares) memory with .*; pass a copy"):
            program(x)
        assert (x == 1).all()


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_compiled_code_writes_views_that_lie_side_by_side(backend):
    def run(x):
        accumulate(x[:4], x[4:8])
        accumulate(x[8:12, ::2], x[8:12, 1::2])
        return x * 1

    x = torch.ones(16, 8)
    expected = x.clone()
    expected[4:8] = 2
    expected[8:12, 1::2] = 2
    assert torch.equal(torch.compile(run, fullgraph=True, backend=backend)(x), expected)
    assert torch.equal(x, expected)


def test_compiled_with_a_numpy_number_is_refused():
    program = torch.compile(lambda x: scaled(x, np.float32(2.5)), fullgraph=True, backend="eager")
    with pytest.raises(Exception, match="NumPy array or scalar inside torch.compile"):
        program(torch.randn(128, 8))


@pytest.mark.parametrize("grid", [1, 2])
def test_compiled_grid(grid):
    a, b = pair(128, 8)
    program = torch.compile(lambda x, y: add[grid](x, y) * 2, fullgraph=True, backend="eager")
    assert torch.equal(program(a, b), (a + b) * 2)


# ---- export and other tracers ----


class Exported(torch.nn.Module):
    def forward(self, a, b):
        return add(a, b) * 2


@pytest.mark.parametrize("strict", [False, True])
def test_export(strict):
    a, b = pair(128, 8)
    program = torch.export.export(Exported(), (a, b), strict=strict)
    for exported in (program, program.run_decompositions()):
        assert torch.ops.nki_sim.call.default in [n.target for n in exported.graph.nodes]
        assert torch.equal(exported.module()(a, b), (a + b) * 2)


def test_export_refuses_a_dynamic_size():
    dims = {0: None, 1: torch.export.Dim("n")}
    with pytest.raises(Exception, match="constant"):
        torch.export.export(Exported(), pair(128, 8), dynamic_shapes=(dims, dims), strict=True)


def test_exported_program_in_a_new_process(tmp_path):
    path = tmp_path / "program.pt2"
    torch.export.save(torch.export.export(Exported(), pair(128, 8)), path)
    load = textwrap.dedent("""
        import importlib.util, sys, torch, nki
        from nki import _torch
        spec = importlib.util.spec_from_file_location("kernels", sys.argv[2])
        program = torch.export.load(sys.argv[1]).module()
        a, b = torch.randn(128, 8), torch.randn(128, 8)
        """)
    run = run_python(load + "program(a, b)", path, small_kernels.__file__)
    assert run.returncode == 1 and "is not known in this process: trace it first" in run.stderr, run.stderr
    trace = """
        kernels = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(kernels)
        kernels.add(a, b)
        assert torch.equal(program(a, b), (a + b) * 2)
        """
    run = run_python(load + textwrap.dedent(trace), path, small_kernels.__file__)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("mode", ["real", "fake", "symbolic"])
def test_make_fx(mode):
    from torch.fx.experimental.proxy_tensor import make_fx

    a, b = pair(128, 8)
    graph = make_fx(lambda x, y: add(x, y) * 2, tracing_mode=mode)(a, b)
    assert torch.equal(graph(a, b), (a + b) * 2)
    assert torch.ops.nki_sim.call.default in [n.target for n in graph.graph.nodes]


def test_fake_tensor_mode():
    from torch._subclasses import FakeTensorMode

    with FakeTensorMode():
        assert add(*(torch.zeros(128, 8) for _ in range(2))).shape == (128, 8)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_jit_trace():
    a, b = pair(128, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(lambda x, y: add(x, y) * 2, (a, b))
    assert torch.equal(traced(b, b), b * 4)
