"""The torch_xla stand-in: device tensors against the same program on the CPU, and the dump against AWS's page."""

import copy
import io
import os
import re
import subprocess
import sys
import threading

import pytest

torch = pytest.importorskip("torch")
torch_xla = pytest.importorskip("torch_xla")
if not torch_xla.__version__.endswith("nki-stand-in"):
    pytest.skip("a real torch_xla is installed", allow_module_level=True)

import torch.nn.functional as F  # noqa: E402, N812
import torch_xla.core.xla_model as xm  # noqa: E402
import torch_xla.distributed.parallel_loader as pl  # noqa: E402
from torch.utils.checkpoint import checkpoint  # noqa: E402

from tests.python.small_kernels import add, add_into  # noqa: E402
from tests.python.torch_programs import Add  # noqa: E402

DEVICE = xm.xla_device()


def on_both(program, *shapes, dtype=torch.float32):
    """Runs `program` on host tensors and on device tensors of the same values; the results must be the same bits."""
    torch.manual_seed(0)
    hosts = [torch.randn(s).to(dtype) for s in shapes]
    torch.manual_seed(1)
    expected = program(*[t.clone() for t in hosts])
    torch.manual_seed(1)
    actual = program(*[t.to(DEVICE) for t in hosts])
    expected, actual = ([r] if isinstance(r, torch.Tensor) else list(r) for r in (expected, actual))
    assert len(expected) == len(actual)
    for e, a in zip(expected, actual, strict=True):
        assert a.device == DEVICE and a.dtype == e.dtype and a.shape == e.shape and a.stride() == e.stride()
        assert torch.equal(a.cpu(), e), (a.cpu(), e)


def test_device_is_named_xla():
    x = torch.ones(2, 3).to(DEVICE)
    assert str(DEVICE) == "xla:0" and x.device == torch.device("xla:0") and x.is_xla and not x.is_cpu
    assert torch.ones(1, device="xla").device == DEVICE and torch_xla.device() == DEVICE
    assert "device='xla:0'" in repr(x) and repr(torch.nn.Parameter(x)).startswith("Parameter containing:\ntensor(")


def test_version_and_unknown_names_say_that_it_is_a_stand_in():
    assert torch_xla.__version__ == "0+nki-stand-in"
    for module in (torch_xla, torch_xla.core, torch_xla.distributed, xm, pl):
        with pytest.raises(AttributeError, match=f"{module.__name__}.*no_such_name.*stand-in"):
            module.no_such_name  # noqa: B018


def test_only_one_device():
    with pytest.raises(ValueError, match="1.*one device"):
        xm.xla_device(1)


PROGRAMS = {
    "arithmetic": lambda a, b: (a + b, a * 2 - b / 3, a @ b.T, -a, a > b, 1 - a),
    "views": lambda a, b: (
        a.t(),
        a[1:, ::2],
        a.view(-1),
        a.reshape(2, -1),
        a.unsqueeze(1),
        a[:, None],
        a.unfold(1, 2, 1),
    ),
    "strided": lambda a, b: (a.as_strided((2, 2), (1, 3), 1), a.expand(3, 4, 6), a.transpose(0, 1).contiguous()),
    "written_through_view": lambda a, b: (a[0].add_(1), a, a.view(-1)[3:7].zero_(), a),
    "in_place": lambda a, b: (a.mul_(b), a, a.clamp_(min=0), a.copy_(b), a.fill_(3)),
    "reductions": lambda a, b: (a.sum(), a.mean(0), a.max(1).values, a.argmax(), a.std(), *a.topk(2), a.cumsum(0)),
    "shape": lambda a, b: (torch.cat([a, b]), torch.stack([a, b]), *a.chunk(2), *a.split(1), torch.where(a > 0, a, b)),
    "index": lambda a, b: (
        a[torch.tensor([2, 0])],
        a[torch.tensor([1, 1], device=a.device)],
        a[a > 0],
        a.index_select(1, torch.tensor([0, 3], device=a.device)),
    ),
    "softmax": lambda a, b: (F.softmax(a, -1), F.gelu(a), F.layer_norm(a, (6,)), F.log_softmax(a, 0), F.silu(b)),
    "like": lambda a, b: (
        torch.zeros_like(a),
        torch.ones_like(a),
        torch.full_like(a, 2),
        torch.rand_like(a),
        a.new_zeros(3),
    ),
    "random": lambda a, b: (
        torch.randn(3, device=a.device),
        torch.rand(2, 2, device=a.device),
        a.normal_(),
        F.dropout(b, 0.5),
    ),
    "resized": lambda a, b: (a.clone().resize_(2, 2), a.clone().t_(), a.clone().unsqueeze_(0)),
    "einsum": lambda a, b: (torch.einsum("ij,kj->ik", a, b), torch.outer(a[0], b[0]), torch.linalg.norm(a)),
    "sort": lambda a, b: (*a.sort(1), a.flip(0), a.roll(1, 0), a.tril(), torch.diag(a[0])),
    "foreach": lambda a, b: torch._foreach_add([a, b], 1.0),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_same_bits_as_the_cpu(name):
    on_both(PROGRAMS[name], (4, 6), (4, 6))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_dtypes(dtype):
    on_both(lambda a, b: (a + b, a @ b.T, a.float(), a.sum()), (4, 6), (4, 6), dtype=dtype)


def test_float8():
    on_both(lambda a: (a.to(torch.float8_e4m3fn), a.to(torch.float8_e5m2).float()), (4, 6))


@pytest.mark.parametrize(
    "make",
    [
        lambda d: torch.zeros(2, 3, device=d),
        lambda d: torch.full((2,), 7, device=d),
        lambda d: torch.arange(5, device=d),
        lambda d: torch.linspace(0, 1, 5, device=d),
        lambda d: torch.eye(3, device=d),
        lambda d: torch.tensor([[1.0, 2.0]], device=d),
        lambda d: torch.tril_indices(3, 3, device=d),
        lambda d: torch.hann_window(8, device=d),
        lambda d: torch.empty(0, device=d),
    ],
)
def test_factories(make):
    made = make(DEVICE)
    assert made.device == DEVICE and torch.equal(made.cpu(), make("cpu"))


def test_device_contexts():
    with DEVICE:
        assert torch.zeros(2).device == DEVICE
    torch.set_default_device("xla")
    try:
        assert torch.ones(2).device == DEVICE
    finally:
        torch.set_default_device(None)
    assert torch.ones(2).device.type == "cpu"


def test_an_operation_asked_for_the_host_gives_a_host_tensor():
    x = torch.ones(2, 3, device=DEVICE)
    for made in (torch.zeros_like(x, device="cpu"), x.to("cpu"), x.new_zeros(2, device="cpu"), x.cpu()):
        assert made.device.type == "cpu" and type(made) is torch.Tensor


def test_reads():
    x = torch.tensor([1.5, 2.5], device=DEVICE)
    assert x[1].item() == 2.5 and x.tolist() == [1.5, 2.5] and f"{x[1]:.2f}" == "2.50" and bool(x[0] == 1.5)
    assert float(x.sum()) == 4 and x.cpu().numpy().tolist() == [1.5, 2.5] and torch.equal(x, x.clone())
    with pytest.raises(TypeError, match="can't convert xla:0 device type tensor to numpy"):
        x.numpy()


def test_data_setter_moves_the_values():
    x = torch.ones(2, 3, device=DEVICE)
    x.data = torch.full((4,), 5.0, device=DEVICE)
    assert torch.equal((x + 1).cpu(), torch.full((4,), 6.0))
    module = torch.nn.Linear(3, 2).to(DEVICE)
    weight = module.weight.cpu()
    module.bfloat16()
    assert module.weight.dtype is torch.bfloat16 and torch.equal(module.weight.cpu(), weight.bfloat16())
    assert isinstance(module.weight, torch.nn.Parameter)
    torch.nn.utils.vector_to_parameters(torch.zeros(8, device=DEVICE, dtype=torch.bfloat16), module.parameters())
    assert module.weight.cpu().abs().sum() == 0


def test_out_argument():
    a, out = torch.ones(2, 3, device=DEVICE), torch.empty(0, device=DEVICE)
    torch.add(a, a, out=out)
    assert out.shape == (2, 3) and torch.equal(out.cpu(), torch.full((2, 3), 2.0))


@pytest.mark.parametrize(
    "mix",
    [
        lambda d, h: d + h,
        lambda d, h: torch.cat([d, h]),
        lambda d, h: h @ d,
        lambda d, h: F.linear(d, h),
        lambda d, h: d.add_(h),
        lambda d, h: add(d, h),
    ],
)
def test_mixing_host_and_device_is_refused(mix):
    with pytest.raises(RuntimeError, match="not an XLA tensor: torch.FloatTensor|same device"):
        mix(torch.ones(4, 4, device=DEVICE), torch.ones(4, 4))


def test_a_host_scalar_may_be_mixed():
    assert torch.equal((torch.ones(2, device=DEVICE) + torch.tensor(2.0)).cpu(), torch.full((2,), 3.0))


def train(make_optimizer, device, steps=3):
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(6, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 2)
    ).to(device)
    optimizer = make_optimizer(model.parameters())
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    batch = torch.randn(5, 6).to(device)
    for _ in range(steps):
        optimizer.zero_grad()
        model(batch).pow(2).sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        xm.optimizer_step(optimizer, barrier=True)
        schedule.step()
    return [p.detach().cpu() for p in model.parameters()]


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
    "sgd_foreach": lambda p: torch.optim.SGD(p, 0.1, foreach=True),
    "adam": lambda p: torch.optim.Adam(p, 0.1),
    "adamw": lambda p: torch.optim.AdamW(p, 0.1, foreach=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_equals_the_cpu(name):
    for on_host, on_device in zip(train(OPTIMIZERS[name], "cpu"), train(OPTIMIZERS[name], DEVICE), strict=True):
        torch.testing.assert_close(on_device, on_host, rtol=1e-5, atol=1e-6)


MODULES = {
    "conv": (lambda: torch.nn.Conv2d(3, 4, 3), (2, 3, 8, 8)),
    "layer_norm": (lambda: torch.nn.LayerNorm(8), (2, 8)),
    "transformer": (lambda: torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True), (2, 5, 8)),
    "lstm": (lambda: torch.nn.LSTM(4, 6, 2), (5, 2, 4)),
    "gru": (lambda: torch.nn.GRU(4, 6), (5, 2, 4)),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_their_gradients(name):
    make, shape = MODULES[name]
    torch.manual_seed(0)
    host = make()
    device = copy.deepcopy(host).to(DEVICE)
    batch = torch.randn(shape)
    for module, x in ((host, batch), (device, batch.to(DEVICE))):
        out = module(x)
        (out[0] if isinstance(out, tuple) else out).pow(2).sum().backward()
    for p, q in zip(host.parameters(), device.parameters(), strict=True):
        assert q.grad.device == DEVICE
        torch.testing.assert_close(q.grad.cpu(), p.grad, rtol=1e-4, atol=1e-5)


def test_embedding_and_attention():
    q, k, v = torch.randn(3, 1, 2, 4, 8)
    out = F.scaled_dot_product_attention(q.to(DEVICE), k.to(DEVICE), v.to(DEVICE))
    # The CPU takes its flash kernel, a device tensor the plain formula: same value, other rounding.
    torch.testing.assert_close(out.cpu(), F.scaled_dot_product_attention(q, k, v))
    on_both(lambda w: F.embedding(torch.tensor([1, 3], device=w.device), w), (5, 4))


def test_autograd_features():
    def program(a, b):
        a, b = a.requires_grad_(), b.requires_grad_()
        seen = []
        c = checkpoint(lambda x, y: (x * y).sin(), a, b, use_reentrant=False)
        c.retain_grad()
        c.register_hook(lambda g: seen.append(g))
        (first,) = torch.autograd.grad(c.pow(2).sum(), a, create_graph=True)
        first.sum().backward()
        return a.grad, b.grad, c.grad, seen[0], torch.func.grad(lambda x: (x * b.detach()).sum())(a.detach())

    on_both(program, (4, 6), (4, 6))


def test_a_stale_saved_tensor_is_noticed():
    a = torch.ones(3, device=DEVICE, requires_grad=True)
    b = a * 2
    c = b.pow(2)
    b.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        c.sum().backward()


def test_vmap():
    on_both(lambda a, b: torch.vmap(lambda x, y: (x * y).sum())(a, b), (4, 6), (4, 6))


def test_autocast():
    x = torch.randn(4, 4, device=DEVICE)
    with torch.autocast("xla", dtype=torch.bfloat16):
        assert (x @ x).dtype is torch.bfloat16 and (x + x).dtype is torch.float32
    assert torch.equal((x.bfloat16() @ x.bfloat16()).cpu(), x.cpu().bfloat16() @ x.cpu().bfloat16())


def test_inference_mode():
    with torch.inference_mode():
        x = torch.ones(2, 2, device=DEVICE)
        x.add_(1)
        assert torch.equal((x @ x).cpu(), torch.full((2, 2), 8.0))


def test_deepcopy_keeps_parameters_and_gradients():
    module = torch.nn.Linear(2, 2).to(DEVICE)
    module(torch.ones(1, 2, device=DEVICE)).sum().backward()
    twin = copy.deepcopy(module)
    assert isinstance(twin.weight, torch.nn.Parameter) and torch.equal(twin.weight.grad.cpu(), module.weight.grad.cpu())
    with torch.no_grad():
        twin.weight.zero_()
    assert module.weight.cpu().abs().sum() > 0


def test_save_and_load(tmp_path):
    module = torch.nn.Linear(2, 2).to(DEVICE)
    path = tmp_path / "state.pt"
    torch.save(module.state_dict(), path)
    again = torch.load(path, weights_only=True)
    assert again["weight"].device == DEVICE and torch.equal(again["weight"].cpu(), module.weight.detach().cpu())
    code = (
        "import sys, torch; state = torch.load(sys.argv[1], map_location='cpu', weights_only=True); "
        "print(state['weight'].sum().item())"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) == pytest.approx(module.weight.sum().item(), abs=1e-6)


def test_whole_module_is_saved_with_parameters():
    file = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2).to(DEVICE), file)
    file.seek(0)
    assert isinstance(torch.load(file, weights_only=False).weight, torch.nn.Parameter)


def test_a_host_file_is_loaded_for_the_device():
    file = io.BytesIO()
    torch.save(torch.nn.Linear(2, 2).state_dict(), file)
    file.seek(0)
    module = torch.nn.Linear(2, 2).to(DEVICE)
    module.load_state_dict(torch.load(file, map_location=DEVICE))
    assert module.weight.device == DEVICE


def test_loader():
    batches = torch.utils.data.DataLoader(torch.arange(6.0).reshape(6, 1), batch_size=2, pin_memory=True)
    loader = pl.MpDeviceLoader(batches, DEVICE)
    assert len(loader) == 3
    moved = list(loader)
    assert all(b.device == DEVICE for b in moved) and torch.equal(
        torch.cat([b.cpu() for b in moved])[:, 0], torch.arange(6.0)
    )


def test_single_process_answers(capsys):
    assert xm.xrt_world_size() == 1 and xm.get_ordinal() == 0 and xm.is_master_ordinal()
    assert xm.mesh_reduce("loss", 3.0, sum) == 3.0 and xm.rendezvous("end") == [b""]
    xm.set_rng_state(5)
    first = torch.randn(2, device=DEVICE)
    assert xm.get_rng_state() == 5
    xm.set_rng_state(5)
    assert torch.equal(first.cpu(), torch.randn(2))
    xm.master_print("hello")
    assert capsys.readouterr().out == "hello\n"


def test_threads_in_backward_at_once():
    results = [None] * 4

    def work(i):
        a = torch.full((8, 8), float(i + 1), device=DEVICE, requires_grad=True)
        for _ in range(20):
            a.grad = None
            (a * a).sum().backward()
        results[i] = a.grad.cpu()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    for i, gradient in enumerate(results):
        assert torch.equal(gradient, torch.full((8, 8), 2.0 * (i + 1)))


def test_long_chain_of_operations_does_not_recurse():
    x = torch.zeros(1, device=DEVICE)
    for _ in range(50_000):
        x = x + 1
    del x
    x = torch.zeros(1, device=DEVICE)
    for _ in range(50_000):
        x.add_(1)
    xm.mark_step()
    assert x.item() == 50_000


# ---- kernels ----


def test_kernel_on_device_tensors():
    on_both(add, (128, 512), (128, 512))
    on_both(lambda a, b: Add.apply(a, b) * a, (128, 64), (128, 64))


def test_kernel_gradients():
    def program(a, b):
        a, b = a.requires_grad_(), b.requires_grad_()
        (Add.apply(a, b) * a * b).sum().backward()
        return a.grad, b.grad

    on_both(program, (128, 64), (128, 64))


def test_kernel_that_writes_its_input():
    def program(a, total):
        version = total._version
        assert add_into(total, a) is total and total._version > version
        return total

    on_both(program, (128, 64), (128, 64))


def test_opcheck_on_device_tensors():
    from nki import _program

    a, b = torch.randn(128, 8, device=DEVICE), torch.randn(128, 8, device=DEVICE)
    add(a, b)
    key = next(
        key
        for key, program in _program._programs.items()
        if program.name == "add" and program.inputs[0] == ((128, 8), "float32")
    )
    assert set(torch.library.opcheck(torch.ops.nki_sim.call.default, ([a, b], key)).values()) == {"SUCCESS"}


def test_compiled_program_with_device_tensors_runs_eagerly():
    a, b = torch.randn(128, 8, device=DEVICE), torch.randn(128, 8, device=DEVICE)
    compiled = torch.compile(lambda x, y: add(x, y) * x, backend="aot_eager")
    assert torch.equal(compiled(a, b).cpu(), (a.cpu() + b.cpu()) * a.cpu())


# ---- the dump ----


@pytest.fixture
def dumped(tmp_path, monkeypatch):
    xm.mark_step()
    path = tmp_path / "graph.txt"
    monkeypatch.setenv("XLA_SAVE_TENSORS_FILE", str(path))
    monkeypatch.setenv("NEURON_FRAMEWORK_DEBUG", "1")
    return lambda: path.with_name("graph.txt.0").read_text()


def graphs(text):
    return re.findall(r"IR \{\n(.*?)\n\}", text, re.S)


def test_dump_of_a_printed_kernel_result(dumped):
    a, b = (torch.randn(256, 1024).to(DEVICE) for _ in range(2))
    c = add(a, b)
    out = a * b * c
    str(out)
    text = dumped()
    assert graphs(text) == [
        """\
  %0 = f32[256,1024]{1,0} xla::device_data(), xla_shape=f32[256,1024]{1,0}
  %1 = f32[256,1024]{1,0} xla::device_data(), xla_shape=f32[256,1024]{1,0}
  %2 = (f32[256,1024]{1,0}) xla::_op_<locals>CallImpl(%1, %0), xla_shape=(f32[256,1024]{1,0})
  %3 = f32[256,1024]{1,0} aten::mul(%1, %0), xla_shape=f32[256,1024]{1,0}
  %4 = f32[256,1024]{1,0} aten::mul(%3, %2), xla_shape=f32[256,1024]{1,0}, ROOT=0"""
    ]
    lines = text.splitlines()
    assert lines[:2] == ["[ScheduleSyncTensorsGraph]", "TensorsGraphInfo:"]
    assert [line.split()[0] for line in lines[2:6]] == [
        "_str_intern",
        "_str",
        "__repr__",
        "test_dump_of_a_printed_kernel_result",
    ]
    assert f"({__file__}:" in lines[5]
    assert re.search(r"\n\nRoot Hashes: \([0-9a-f]{32}\)\n\n## BEGIN_GRAPH\nIR \{\n", text)
    assert re.search(r"\n\}\n\nGraph Hash: [0-9a-f]{32}\n\n## END_GRAPH\n", text)


def test_a_read_tensor_is_data_from_then_on(dumped):
    a = torch.ones(2, device=DEVICE)
    b = a + a
    b.cpu()
    b.cpu()
    assert len(graphs(dumped())) == 1
    (b * b).cpu()
    assert "aten::add" not in graphs(dumped())[1]


def test_mark_step_has_every_live_tensor_as_root_in_order_of_creation(dumped):
    a = torch.ones(3, device=DEVICE)
    kept = [a + 1, a * a, a - a]
    _dead = a / a
    del _dead
    xm.mark_step()
    (graph,) = graphs(dumped())
    assert re.findall(r"aten::(\w+).*ROOT=(\d)", graph) == [("add", "0"), ("mul", "1"), ("sub", "2")]
    assert "aten::div" not in graph and len(kept) == 3


def test_an_in_place_operation_and_a_written_kernel_argument_are_recorded(dumped):
    a, total = torch.ones(128, 2, device=DEVICE), torch.ones(128, 2, device=DEVICE)
    add_into(total, a)
    total.mul_(a)
    total.cpu()
    (graph,) = graphs(dumped())
    assert re.findall(r" (\S+)\(%", graph) == ["xla::_op_<locals>CallImpl", "aten::mul"]


def test_root_hash_depends_on_the_graph_alone(dumped):
    for program in (lambda a: a + a, lambda a: a + a, lambda a: a * a):
        program(torch.randn(3).to(DEVICE)).cpu()
    first, second, third = re.findall(r"Root Hashes: \((.*?)\)", dumped())
    assert first == second != third


def test_without_the_variable_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("XLA_SAVE_TENSORS_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    (torch.ones(2, device=DEVICE) + 1).cpu()
    xm.mark_step()
    assert os.listdir(tmp_path) == []


# ---- what it stands on: private names of torch, each needed ----


@pytest.mark.parametrize(
    "path",
    [
        "utils.backend_registration._setup_privateuseone_for_python_backend",
        "utils.backend_registration._DummyPrivateUse1Hook",
        "utils.backend_registration._DummyDeviceGuard",
        "_C._acc.register_python_privateuseone_hook",
        "_C._acc.register_python_privateuseone_device_guard",
        "_C._get_privateuse1_backend_name",
        "_C._jit_get_all_schemas",
        "_C._ExcludeDispatchKeyGuard",
        "_C.TensorBase.data",
        "_register_device_module",
        "_utils._rebuild_device_tensor_from_cpu_tensor",
        "_utils._rebuild_parameter",
        "Tensor._make_wrapper_subclass",
    ],
)
def test_torch_still_has(path):
    import torch.utils.backend_registration  # noqa: F401

    found = torch
    for name in path.split("."):
        assert hasattr(found, name), f"torch {torch.__version__} has no torch.{path}: the stand-in needs a new way"
        found = getattr(found, name)


def test_importing_nki_does_not_import_the_stand_in():
    code = "import nki, sys; assert not {'torch', 'torch_xla', 'jax'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_installed_torch_xla_wins(tmp_path):
    (tmp_path / "torch_xla").mkdir()
    (tmp_path / "torch_xla" / "__init__.py").write_text("__version__ = 'real'\n")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import nki, torch_xla; print(torch_xla.__version__)"
    run = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    assert run.stdout == "real\n", run.stderr


def test_another_privateuse1_device_is_a_clear_error():
    code = "import nki, torch; torch.utils.rename_privateuse1_backend('npu'); import torch_xla"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1 and "already in use as 'npu'" in run.stderr
