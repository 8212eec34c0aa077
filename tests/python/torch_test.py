"""Kernels inside PyTorch programs, eager, compiled, exported, differentiated: values against torch's own."""

import copy
import shutil
import subprocess
import sys
import textwrap
import threading
import warnings

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nki import _program, _torch_ops  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

BACKENDS = [
    "eager",
    "aot_eager",
    pytest.param(
        "inductor",
        marks=pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="needs a C++ compiler"),
    ),
]


@nki.jit(platform_target="trn1")
def add(a, b):
    assert a.shape == b.shape, f"shapes {a.shape} and {b.shape} differ"
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    y = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    z = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x, src=a)
    nisa.dma_copy(dst=y, src=b)
    nisa.tensor_tensor(dst=z, data1=x, data2=y, op=nl.add)
    nisa.dma_copy(dst=c, src=z)
    return c


@nki.jit(platform_target="trn1")
def scaled(a, factor=2.0, op=nl.multiply, offsets=(0, 0)):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    z = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x, src=a)
    nisa.tensor_scalar(dst=z, data=x, op0=op, operand0=float(factor) + offsets[0])
    nisa.dma_copy(dst=c, src=z)
    return c


@nki.jit(platform_target="trn1")
def accumulate(a, total):
    """Writes `total` in place, returns it and the increment."""
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    y = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    z = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x, src=a)
    nisa.dma_copy(dst=y, src=total)
    nisa.tensor_tensor(dst=z, data1=x, data2=y, op=nl.add)
    nisa.dma_copy(dst=total, src=z)
    nisa.dma_copy(dst=c, src=x)
    return total, c


@nki.jit(platform_target="trn1")
def through_sbuf(a):
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x, src=a)
    nisa.dma_copy(dst=c, src=x)
    return c


@nki.jit(platform_target="trn1")
def unchanged(a):
    return a


@nki.jit(platform_target="trn1")
def first_plus_last(tensors, options):
    """Takes tensors inside a list and a dict, and returns a list."""
    a, b = tensors[0], options["last"]
    c = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.shared_hbm)
    x = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    y = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    z = nl.ndarray(a.shape, dtype=a.dtype, buffer=nl.sbuf)
    nisa.dma_copy(dst=x, src=a)
    nisa.dma_copy(dst=y, src=b)
    nisa.tensor_tensor(dst=z, data1=x, data2=y, op=nl.add)
    nisa.dma_copy(dst=c, src=z)
    return [c]


class Scale:
    """An argument that torch knows nothing of."""

    def __init__(self, factor):
        self.factor = factor

    def __float__(self):
        return self.factor


class Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return add(a, b)

    @staticmethod
    def backward(ctx, gradient):
        return gradient, gradient


class Doubled(torch.autograd.Function):
    """Runs a kernel in its backward as well."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return add(x, x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, gradient):
        return scaled(gradient)


@pytest.fixture(autouse=True)
def fresh_compiler():
    torch.manual_seed(0)
    yield
    if "torch._dynamo" in sys.modules:
        torch._dynamo.reset()


def pair(*shape, dtype=torch.float32):
    return torch.randn(shape).to(dtype), torch.randn(shape).to(dtype)


def plan_of(kernel_name, shape, dtype=torch.float32):
    programs = [program for program in _program._programs.values() if program.name == kernel_name]
    return next(plan for plan in map(_torch_ops.plan_of, programs) if plan.inputs[0] == (shape, dtype))


def run_python(code, *arguments):
    program = textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)


# ---- eager ----


def test_value_and_kind_of_the_result():
    a, b = pair(128, 64)
    c = add(a, b)
    assert type(c) is torch.Tensor and torch.equal(c, a + b) and not c.requires_grad


def test_result_structure():
    a, total = pair(128, 8)
    expected = a + total
    result = accumulate(a, total)
    assert type(result) is tuple and result[0] is total
    assert torch.equal(total, expected) and torch.equal(result[1], a)


@pytest.mark.parametrize("dtype", _torch_ops.NAMES, ids=str)
def test_every_dtype_arrives_with_its_bits(dtype):
    if dtype is torch.bool:
        a = torch.arange(128 * 8).reshape(128, 8) % 3 == 0
    else:
        a = torch.randint(0, 120, (128, 8 * dtype.itemsize), dtype=torch.uint8).view(dtype)
    c = through_sbuf(a)
    assert c.dtype is dtype and torch.equal(c.view(torch.uint8), a.view(torch.uint8))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_values(dtype):
    a, b = pair(128, 64, dtype=dtype)
    assert torch.equal(add(a, b), a + b)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex64])
def test_a_dtype_that_nki_lacks_names_the_argument(dtype):
    a = torch.zeros(128, 8, dtype=dtype)
    with pytest.raises(TypeError, match=f"add: argument 'b' is {dtype}"):
        add(torch.zeros(128, 8), a)


def test_a_result_dtype_that_torch_lacks_is_named():
    class Spec:
        input_names = ()
        name, inputs, outputs, mutated, aliases = "k", (), (((2,), "float8_e4m3"),), (), {}

    with pytest.raises(TypeError, match="k: returns float8_e4m3, for which torch has no dtype.*IEEE.*float8_e4m3fn"):
        _torch_ops._Plan("nki1-0", Spec)


LAYOUTS = {
    "transposed": lambda: torch.randn(64, 128).t(),
    "expanded": lambda: torch.randn(1, 64).expand(128, 64),
    "offset": lambda: torch.randn(130, 70)[2:, 3:67],
    "stepped": lambda: torch.randn(256, 128)[::2, ::2],
    "negative_bit": lambda: torch.randn(128, 64, dtype=torch.complex64).conj().imag,
    "parameter": lambda: torch.nn.Parameter(torch.randn(128, 64), requires_grad=False),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name):
    a = LAYOUTS[name]()
    if name == "negative_bit":
        assert a.is_neg()
    b = torch.randn(128, 64)
    assert torch.equal(add(a, b), a + b) and torch.equal(add(b, a), a + b)


@pytest.mark.parametrize(
    ("tensor", "reason"),
    [
        (lambda: torch.eye(128).to_sparse(), "layout torch.sparse_coo"),
        (lambda: torch.eye(128).to_sparse_csr(), "layout torch.sparse_csr"),
        (lambda: torch.quantize_per_tensor(torch.eye(128), 0.1, 0, torch.qint8), "is torch.qint8"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_sparse_and_quantized_tensors_are_refused(tensor, reason):
    with pytest.raises(TypeError, match=f"add: argument 'b'.*{reason}"):
        add(torch.eye(128), tensor())


@pytest.mark.parametrize(("shape", "reason"), [((), "at least one axis"), ((0, 8), "holds nothing")])
def test_tensors_without_axes_or_elements_are_refused(shape, reason):
    with pytest.raises(ValueError, match=f"through_sbuf: argument 'a' .*{reason}"):
        through_sbuf(torch.zeros(shape))


def test_packed_results_are_raw_words():
    class Spec:
        input_names = ()
        name, inputs, outputs, mutated, aliases = "k", (), (((2,), "float8_e5m2_x4"),), (), {}

    assert _torch_ops._Plan("nki1-0", Spec).outputs == (((2,), torch.uint32),)


def test_mixed_arrays_are_refused():
    with pytest.raises(TypeError, match="add: argument 'b' is a ndarray beside torch tensors"):
        add(torch.zeros(128, 8), np.zeros((128, 8), np.float32))


def test_a_kernel_assertion_is_the_users():
    with pytest.raises(AssertionError, match=r"shapes \(128, 8\) and \(128, 4\) differ"):
        add(torch.zeros(128, 8), torch.zeros(128, 4))


def test_meta_tensors_give_shapes():
    a = torch.zeros(128, 16, device="meta")
    c = add(a, a)
    assert c.device.type == "meta" and c.shape == (128, 16) and c.dtype is torch.float32


def test_threads():
    a, b = pair(128, 64)
    wrong = []

    def work(i):
        for _ in range(20):
            if not torch.equal(add(a, b * i), a + b * i):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


# ---- the ops by themselves ----


def test_opcheck():
    a, b = pair(128, 8)
    add(a, b)
    key = plan_of("add", (128, 8)).key
    for inputs in ([a, b], [a.requires_grad_(), b], [torch.randn(8, 128).t(), b]):
        checked = torch.library.opcheck(torch.ops.nki_sim.call.default, (inputs, key))
        assert len(checked) == 4 and set(checked.values()) == {"SUCCESS"}


def test_opcheck_of_the_mutating_op():
    a, total = pair(128, 8)
    accumulate(a, total.clone())
    key = plan_of("accumulate", (128, 8)).key
    checked = torch.library.opcheck(torch.ops.nki_sim.call_.default, ([a], [total, torch.empty(128, 8)], key))
    assert len(checked) == 4 and set(checked.values()) == {"SUCCESS"}


def test_shapes_are_checked_in_the_op():
    a, b = pair(128, 8)
    add(a, b)
    key = plan_of("add", (128, 8)).key
    with pytest.raises(RuntimeError, match=r"add: tensor 1 is \(4, 4\) torch.float32; kernel .* for \(128, 8\)"):
        torch.ops.nki_sim.call([a, torch.zeros(4, 4)], key)
    with pytest.raises(RuntimeError, match="add: 1 tensors given"):
        torch.ops.nki_sim.call([a], key)
    with pytest.raises(RuntimeError, match="float16"):
        torch.ops.nki_sim.call([a, b.half()], key)


def test_unknown_key():
    with pytest.raises(nki.UnknownKernelError, match="nki1-feed is not known in this process: trace it first"):
        torch.ops.nki_sim.call([torch.zeros(1)], "nki1-feed")


def test_a_writing_kernel_is_not_run_by_the_pure_op():
    a, total = pair(128, 8)
    accumulate(a, total)
    with pytest.raises(RuntimeError, match="accumulate: .* writes its inputs"):
        torch.ops.nki_sim.call([a, total], plan_of("accumulate", (128, 8)).key)


# ---- kernels that write an input ----


def test_written_input_bumps_its_version():
    a, total = pair(128, 8)
    version = total._version
    accumulate(a, total)
    assert total._version == version + 1 and a._version == 0


def test_stale_saved_tensor_is_noticed():
    a = torch.ones(128, 8)
    b = torch.ones(128, 8, requires_grad=True) * 1
    c = b.pow(2)
    accumulate(a, b.detach())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        c.sum().backward()


def test_written_input_that_is_not_contiguous():
    a, whole = torch.randn(128, 8), torch.randn(128, 16)
    before = whole.clone()
    accumulate(a, whole[:, ::2])
    assert torch.equal(whole[:, ::2], before[:, ::2] + a) and torch.equal(whole[:, 1::2], before[:, 1::2])


def test_written_input_must_not_be_expanded():
    with pytest.raises(RuntimeError, match="accumulate: writes an expanded tensor"):
        accumulate(torch.randn(128, 8), torch.randn(1, 8).expand(128, 8))


def test_a_failed_run_leaves_the_written_input_as_it_was(monkeypatch):
    run_pointers = _torch_ops._core.run_pointers

    def failing(key, inputs, outputs):
        run_pointers(key, inputs, outputs)
        raise nki.RunError("the data broke a rule")

    monkeypatch.setattr(_torch_ops._core, "run_pointers", failing)
    a, total = pair(128, 8)
    before = total.clone()
    with pytest.raises(nki.RunError, match="the data broke a rule"):
        accumulate(a, total)
    assert torch.equal(total, before) and total._version == 0


def test_written_input_in_inference_mode():
    with torch.inference_mode():
        a, total = pair(128, 8)
        expected = a + total
        accumulate(a, total)
        assert torch.equal(total, expected)


@pytest.mark.parametrize("which", [0, 1])
def test_writing_kernel_refuses_inputs_that_require_grad(which):
    tensors = pair(128, 8)
    tensors[which].requires_grad_()
    with pytest.raises(RuntimeError, match="accumulate: writes its input in place while an input requires grad"):
        accumulate(*tensors)
    with torch.no_grad():
        accumulate(*tensors)


@pytest.mark.parametrize("backend", BACKENDS)
def test_compiled_writing_kernel(backend):
    @torch.compile(fullgraph=True, backend=backend)
    def program(a, total):
        returned, increment = accumulate(a, total)
        return returned * 2 + increment

    a, total = pair(128, 8)
    expected = total + a
    torch.testing.assert_close(program(a, total), expected * 2 + a)
    torch.testing.assert_close(total, expected)


# ---- torch.compile ----


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
    run = run_python(load + "program(a, b)", path, __file__)
    assert run.returncode == 1 and "is not known in this process: trace it first" in run.stderr, run.stderr
    trace = """
        kernels = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(kernels)
        kernels.add(a, b)
        assert torch.equal(program(a, b), (a + b) * 2)
        """
    run = run_python(load + textwrap.dedent(trace), path, __file__)
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


# ---- gradients and transforms ----


def test_gradient_through_a_function():
    a, b = (t.requires_grad_() for t in pair(128, 8))
    (Add.apply(a, b) * a * b).sum().backward()
    torch.testing.assert_close(a.grad, (2 * a * b + b * b).detach())


def test_forward_works_and_backward_says_what_is_missing():
    a, b = pair(128, 8)
    for inputs in ((a.clone().requires_grad_(), b), (a, b.clone().requires_grad_())):
        c = add(*inputs)
        assert c.requires_grad and torch.equal(c, a + b)
        with pytest.raises(RuntimeError, match="kernel 'add' has no gradient rule: .*torch.autograd.Function"):
            c.sum().backward()


@pytest.mark.parametrize("backend", BACKENDS)
def test_missing_gradient_when_compiled(backend):
    a = torch.randn(128, 8, requires_grad=True)
    c = torch.compile(lambda x: add(x, x) * 2, fullgraph=True, backend=backend)(a)
    torch.testing.assert_close(c, a * 4)
    with pytest.raises(RuntimeError, match="kernel 'add' has no gradient rule"):
        c.sum().backward()


def test_an_input_that_is_returned_keeps_its_history():
    a = torch.randn(128, 8, requires_grad=True)
    returned = unchanged(a * 2)
    returned.sum().backward()
    assert torch.equal(a.grad, torch.full((128, 8), 2.0))


def test_no_grad_takes_the_direct_path():
    a = torch.randn(128, 8, requires_grad=True)
    with torch.no_grad():
        assert not add(a, a).requires_grad


@pytest.mark.parametrize("reentrant", [False, True])
def test_checkpoint(reentrant):
    a, b = (t.requires_grad_() for t in pair(128, 8))
    checkpoint(lambda x, y: Add.apply(x, y) * x, a, b, use_reentrant=reentrant).sum().backward()
    torch.testing.assert_close(a.grad, (2 * a + b).detach())


def test_functional_gradient():
    x = torch.randn(128, 8)
    torch.testing.assert_close(torch.func.grad(lambda t: Doubled.apply(t).sum())(x), torch.full_like(x, 2))
    xs = torch.randn(3, 128, 8)
    torch.testing.assert_close(torch.vmap(torch.func.grad(lambda t: (Doubled.apply(t) * t).sum()))(xs), 4 * xs)
    with pytest.raises(RuntimeError, match="has no gradient rule"):
        torch.func.grad(lambda t: add(t, t).sum())(x)


def test_vmap():
    a, b = torch.randn(3, 128, 8), torch.randn(128, 8)
    torch.testing.assert_close(torch.vmap(add)(a, a), a + a)
    torch.testing.assert_close(torch.vmap(add, in_dims=(0, None))(a, b), a + b)
    torch.testing.assert_close(
        torch.vmap(add, in_dims=(1, 0), out_dims=2)(a.transpose(0, 1), a), (a + a).permute(1, 2, 0)
    )
    nested = torch.vmap(torch.vmap(add))(a[None].expand(2, 3, 128, 8), a[None].expand(2, 3, 128, 8))
    torch.testing.assert_close(nested, (a + a).expand(2, 3, 128, 8))
    assert torch.vmap(add)(a[:0], a[:0]).shape == (0, 128, 8)


def test_vmap_of_a_writing_kernel():
    a, total = torch.randn(3, 128, 8), torch.randn(3, 128, 8)
    expected = a + total
    _, increment = torch.vmap(accumulate)(a, total)
    assert torch.equal(total, expected) and torch.equal(increment, a)
    with pytest.raises(RuntimeError, match="accumulate: under vmap, a tensor that the kernel writes must be batched"):
        torch.vmap(accumulate, in_dims=(0, None))(a, torch.randn(128, 8))


def test_vmap_with_inputs_that_require_grad():
    a = torch.randn(3, 128, 8, requires_grad=True)
    assert torch.equal(torch.vmap(add)(a, a), a + a)


@pytest.mark.filterwarnings("ignore")
def test_forward_mode_is_refused():
    a, b = pair(128, 8)
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(a, torch.ones_like(a))
        with pytest.raises(NotImplementedError, match="kernel 'add' has no forward-mode derivative"):
            add(dual, b)
        assert torch.equal(add(a, b), a + b)
    with pytest.raises(NotImplementedError, match="no forward-mode derivative"):
        torch.func.jvp(lambda x: add(x, b), (a,), (b,))


def test_deepcopy_and_hooks_of_results():
    a = torch.randn(128, 8, requires_grad=True)
    c = Add.apply(a, a)
    seen = []
    c.register_hook(seen.append)
    (c * 3).sum().backward()
    assert torch.equal(seen[0], torch.full((128, 8), 3.0)) and copy.deepcopy(add(c.detach(), c.detach())).shape == (
        128,
        8,
    )


def test_autocast_leaves_a_kernel_alone():
    a, b = pair(128, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert add(a, b).dtype is torch.float32


# ---- what it stands on ----


def test_torch_still_honours_dynamo_marked_constant():
    """It is all that torch.compiler.assume_constant_result sets; without it dynamo would trace the look-up."""
    assert torch.compiler.assume_constant_result(lambda: 0)._dynamo_marked_constant is True
    calls = []

    def look_up(n):
        calls.append(n)
        return str(n)

    look_up._dynamo_marked_constant = True
    torch.compile(lambda t: t + len(look_up(41)), fullgraph=True, backend="eager")(torch.zeros(1))
    assert calls == [41]


@pytest.mark.parametrize(
    "path",
    ["autograd.forward_ad._current_level", "_C._dispatch_keys", "_C.DispatchKey.PrivateUse1", "_check"],
)
def test_torch_still_has(path):
    found = torch
    for name in path.split("."):
        assert hasattr(found, name), f"torch {torch.__version__} has no torch.{path}: nki._torch needs a new way"
        found = getattr(found, name)


def test_forward_level_is_negative_outside_forward_mode():
    assert torch.autograd.forward_ad._current_level == -1


def test_a_kernel_on_torch_tensors_imports_no_compiler():
    run = run_python(
        """
        import importlib.util, sys, torch
        assert "torch._dynamo" not in sys.modules
        import nki
        from nki import _torch
        assert "torch._dynamo" not in sys.modules and "torch.utils.cpp_extension" not in sys.modules
        """
    )
    assert run.returncode == 0, run.stderr
