"""Kernels on PyTorch tensors, eager: values against torch's own, refusals, the ops by themselves."""

import threading

import nki
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nki import _torch_ops  # noqa: E402

from tests.python.small_kernels import accumulate, add, through_sbuf  # noqa: E402
from tests.python.torch_programs import fresh_compiler, pair, plan_of, run_python  # noqa: E402, F401


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
