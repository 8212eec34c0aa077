"""Gradients of kernels, transforms, and kernels that write an input of a PyTorch program."""

import copy
import sys

import nki
import pytest

torch = pytest.importorskip("torch")

from torch.utils.checkpoint import checkpoint  # noqa: E402

from tests.python.small_kernels import accumulate, add, bump_row, unchanged, write_then_fail  # noqa: E402
from tests.python.torch_programs import BACKENDS, Add, Doubled, fresh_compiler, pair  # noqa: E402, F401


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
    with pytest.raises(ValueError, match="accumulate: the kernel writes its argument 'total', some elements of which"):
        accumulate(torch.randn(128, 8), torch.randn(1, 8).expand(128, 8))


@pytest.mark.parametrize("transposed", [False, True])
def test_a_failed_run_leaves_the_written_input_as_it_was(transposed):
    x, y = (torch.randn(4, 8), torch.randn(8, 4).T) if transposed else pair(4, 8)
    before, version = (x.clone(), y.clone()), y._version
    with pytest.raises(nki.RunError, match="scalar_offset is 9"):
        write_then_fail(x, y, torch.tensor([[9]], dtype=torch.int32))
    assert torch.equal(x, before[0]) and torch.equal(y, before[1]) and y._version == version
    write_then_fail(x, y, torch.tensor([[0]], dtype=torch.int32))
    expected = before[1]
    expected[:, 3] = expected[1] = 1
    assert torch.equal(y, expected) and (x == 1).all() and y._version == version + 1


@pytest.mark.parametrize("transposed", [False, True])
def test_elements_that_the_kernel_does_not_write_are_not_touched(transposed, monkeypatch):
    x = torch.zeros(8, 4).T if transposed else torch.zeros(4, 8)

    class Out:
        """The kernel prints a row before it writes it: when another thread might change another one."""

        def write(self, text):
            x[0] = -1.0

        def flush(self):
            pass

    monkeypatch.setattr(sys, "stdout", Out())
    bump_row(x, 2)
    assert x[:, 0].tolist() == [-1, 0, 1, 0] and (x == x[:, :1]).all()


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
