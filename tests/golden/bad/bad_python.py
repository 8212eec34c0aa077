"""Python statements that need a tensor's values."""
import nki
import numpy as np


def kernel_of(use):
    @nki.jit
    def kernel(x):
        use(x)
        return x

    return lambda: kernel(np.zeros((4, 8), np.float32))


def assign(x):
    x[0] = 1.0


case_if = kernel_of(lambda x: 1 if x else 2)
case_plus = kernel_of(lambda x: x + x)
case_reflected = kernel_of(lambda x: 2 * x)
case_minus = kernel_of(lambda x: -x)
case_compare = kernel_of(lambda x: x > 0)
case_float = kernel_of(lambda x: float(x))
case_iterate = kernel_of(lambda x: list(x))
case_numpy = kernel_of(lambda x: np.exp(x))
case_assign = kernel_of(assign)


# ---- expected ----
# case_if:
# TypeError: the truth value of tensor x is not known while a kernel is traced; Python's if, while and assert can use shapes, dtypes and arguments that are not tensors
#   at bad/bad_python.py:19: case_if = kernel_of(lambda x: 1 if x else 2)
#
# case_plus:
# TypeError: tensor x has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) or nisa.tensor_scalar(...)
#   at bad/bad_python.py:20: case_plus = kernel_of(lambda x: x + x)
#
# case_reflected:
# TypeError: tensor x has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) or nisa.tensor_scalar(...)
#   at bad/bad_python.py:21: case_reflected = kernel_of(lambda x: 2 * x)
#
# case_minus:
# TypeError: tensor x has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) or nisa.tensor_scalar(...)
#   at bad/bad_python.py:22: case_minus = kernel_of(lambda x: -x)
#
# case_compare:
# TypeError: tensor x has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) or nisa.tensor_scalar(...)
#   at bad/bad_python.py:23: case_compare = kernel_of(lambda x: x > 0)
#
# case_float:
# TypeError: tensor x has no Python operators; use an instruction such as nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) or nisa.tensor_scalar(...)
#   at bad/bad_python.py:24: case_float = kernel_of(lambda x: float(x))
#
# case_iterate:
# TypeError: tensor x can't be iterated over; index it: for i in nl.affine_range(4): t[i]
#   at bad/bad_python.py:25: case_iterate = kernel_of(lambda x: list(x))
#
# case_numpy:
# TypeError: operand 'nki.language.NkiTensor' does not support ufuncs (__array_ufunc__=None)
#   at bad/bad_python.py:26: case_numpy = kernel_of(lambda x: np.exp(x))
#
# case_assign:
# TypeError: a tensor is written by an instruction, not by assignment: use nisa.tensor_copy(dst=t[...], src=...) on chip, or nisa.dma_copy(dst=t[...], src=...) to and from HBM
#   at bad/bad_python.py:16: x[0] = 1.0
