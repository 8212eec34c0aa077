"""Python statements that need a tensor's values."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def kernel_of(use):
    @nki.jit
    def kernel(x):
        use(x)
        return x

    return lambda: kernel(np.zeros((4, 8), np.float32))


def assign(x):
    x[0] = 1.0


case_if = kernel_of(lambda x: 1 if x[0:1, 0:1] else 2)
case_plus = kernel_of(lambda x: x + x)
case_reflected = kernel_of(lambda x: 2 * x)
case_minus = kernel_of(lambda x: -x)
case_compare = kernel_of(lambda x: x > 0)
case_float = kernel_of(lambda x: float(x))
case_iterate = kernel_of(lambda x: list(x))
case_int = kernel_of(lambda x: int(x))
case_length = kernel_of(lambda x: len(x))
case_contains = kernel_of(lambda x: 3 in x)
case_power = kernel_of(lambda x: x**2)
case_matmul = kernel_of(lambda x: x @ x)
case_remainder = kernel_of(lambda x: x % 2)
case_shift = kernel_of(lambda x: 1 << x)
case_and = kernel_of(lambda x: x & x)
case_invert = kernel_of(lambda x: ~x)
case_absolute = kernel_of(lambda x: abs(x))
case_equal_to_a_number = kernel_of(lambda x: x == 1)
case_numpy_number = kernel_of(lambda x: np.float32(2) * x)
case_numpy_array = kernel_of(lambda x: np.ones(3) + x)
case_numpy = kernel_of(lambda x: np.exp(x))
case_numpy_add = kernel_of(lambda x: np.add(x, 1))
case_numpy_maximum = kernel_of(lambda x: np.maximum(0, x))
case_numpy_divide = kernel_of(lambda x: np.true_divide(x, 2))
case_numpy_absent = kernel_of(lambda x: np.cbrt(x))
case_numpy_reduce = kernel_of(lambda x: np.add.reduce(x))
case_numpy_sum = kernel_of(lambda x: np.sum(x, axis=1))
case_numpy_concatenate = kernel_of(lambda x: np.concatenate([x, x]))
case_numpy_transpose = kernel_of(lambda x: np.transpose(x))
case_numpy_dot = kernel_of(lambda x: np.dot(x, x))
case_numpy_array_of_it = kernel_of(lambda x: np.asarray(x))
case_range = kernel_of(lambda x: range(x))
case_dynamic_range = kernel_of(lambda x: list(nl.dynamic_range(x)))
case_flag = kernel_of(lambda x: nisa.tensor_scalar(x, x, nl.add, 1.0, reverse0=x))
case_einops = kernel_of(lambda x: x.rearrange("p (a b) -> p b a", a=2))
case_comparison = kernel_of(lambda x: 1 if nl.greater(nl.load(x), 1.0) else 2)
case_assign = kernel_of(assign)


# ---- expected ----
# case_if:
# TypeError: the truth value of tensor x is not known while a kernel is traced; Python's if, while and assert can use shapes, dtypes and arguments that are not tensors, and values in nki.simulate(kernel)(...)
#   at bad/bad_python.py:21: case_if = kernel_of(lambda x: 1 if x[0:1, 0:1] else 2)
#
# case_plus:
# TypeError: tensor x has no operator +: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.add, operand0=...) with a number
#   at bad/bad_python.py:22: case_plus = kernel_of(lambda x: x + x)
#
# case_reflected:
# TypeError: tensor x has no operator *: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.multiply) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.multiply, operand0=...) with a number
#   at bad/bad_python.py:23: case_reflected = kernel_of(lambda x: 2 * x)
#
# case_minus:
# TypeError: tensor x has no operator unary -: NKI's tensors have none; use nisa.tensor_scalar(dst=..., data=..., op0=nl.multiply, operand0=-1.0)
#   at bad/bad_python.py:24: case_minus = kernel_of(lambda x: -x)
#
# case_compare:
# TypeError: tensor x has no operator >: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.greater) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.greater, operand0=...) with a number
#   at bad/bad_python.py:25: case_compare = kernel_of(lambda x: x > 0)
#
# case_float:
# TypeError: float() of tensor x: its values are not known while a kernel is traced; a number must be an argument of the kernel, and an instruction takes a [partitions, 1] tensor in place of a number
#   at bad/bad_python.py:26: case_float = kernel_of(lambda x: float(x))
#
# case_iterate:
# TypeError: tensor x can't be iterated over; index it: for i in nl.affine_range(4): t[i]
#   at bad/bad_python.py:27: case_iterate = kernel_of(lambda x: list(x))
#
# case_int:
# TypeError: int() of tensor x: its values are not known while a kernel is traced; a number must be an argument of the kernel, and an instruction takes a [partitions, 1] tensor in place of a number
#   at bad/bad_python.py:28: case_int = kernel_of(lambda x: int(x))
#
# case_length:
# TypeError: tensor x has no len(); use its shape, as in t.shape[0]
#   at bad/bad_python.py:29: case_length = kernel_of(lambda x: len(x))
#
# case_contains:
# TypeError: tensor x can't be searched with `in`: its values are not known while a kernel is traced
#   at bad/bad_python.py:30: case_contains = kernel_of(lambda x: 3 in x)
#
# case_power:
# TypeError: tensor x has no operator **: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.power) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.power, operand0=...) with a number
#   at bad/bad_python.py:31: case_power = kernel_of(lambda x: x**2)
#
# case_matmul:
# TypeError: tensor x has no operator @: NKI's tensors have none; use nisa.nc_matmul(dst=..., stationary=..., moving=...)
#   at bad/bad_python.py:32: case_matmul = kernel_of(lambda x: x @ x)
#
# case_remainder:
# TypeError: tensor x has no operator %: NKI's tensors have none; use instructions of nki.isa
#   at bad/bad_python.py:33: case_remainder = kernel_of(lambda x: x % 2)
#
# case_shift:
# TypeError: tensor x has no operator <<: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.left_shift) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.left_shift, operand0=...) with a number
#   at bad/bad_python.py:34: case_shift = kernel_of(lambda x: 1 << x)
#
# case_and:
# TypeError: tensor x has no operator &: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.bitwise_and) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.bitwise_and, operand0=...) with a number
#   at bad/bad_python.py:35: case_and = kernel_of(lambda x: x & x)
#
# case_invert:
# TypeError: tensor x has no operator ~: NKI's tensors have none; use nisa.tensor_scalar(dst=..., data=..., op0=nl.bitwise_xor, operand0=-1)
#   at bad/bad_python.py:36: case_invert = kernel_of(lambda x: ~x)
#
# case_absolute:
# TypeError: tensor x has no operator abs(): NKI's tensors have none; use nisa.activation(dst=..., op=nl.abs, data=...)
#   at bad/bad_python.py:37: case_absolute = kernel_of(lambda x: abs(x))
#
# case_equal_to_a_number:
# TypeError: tensor x has no operator ==: NKI's tensors have none; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.equal) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.equal, operand0=...) with a number
#   at bad/bad_python.py:38: case_equal_to_a_number = kernel_of(lambda x: x == 1)
#
# case_numpy_number:
# TypeError: np.multiply can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.multiply) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.multiply, operand0=...) with a number
#   at bad/bad_python.py:39: case_numpy_number = kernel_of(lambda x: np.float32(2) * x)
#
# case_numpy_array:
# TypeError: np.add can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.add, operand0=...) with a number
#   at bad/bad_python.py:40: case_numpy_array = kernel_of(lambda x: np.ones(3) + x)
#
# case_numpy:
# TypeError: np.exp can't take tensor x, which has no values while a kernel is traced; use nisa.activation(dst=..., op=nl.exp, data=...)
#   at bad/bad_python.py:41: case_numpy = kernel_of(lambda x: np.exp(x))
#
# case_numpy_add:
# TypeError: np.add can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.add) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.add, operand0=...) with a number
#   at bad/bad_python.py:42: case_numpy_add = kernel_of(lambda x: np.add(x, 1))
#
# case_numpy_maximum:
# TypeError: np.maximum can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.maximum) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.maximum, operand0=...) with a number
#   at bad/bad_python.py:43: case_numpy_maximum = kernel_of(lambda x: np.maximum(0, x))
#
# case_numpy_divide:
# TypeError: np.divide can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_tensor(dst=..., data1=..., data2=..., op=nl.divide) on two tensors or nisa.tensor_scalar(dst=..., data=..., op0=nl.divide, operand0=...) with a number
#   at bad/bad_python.py:44: case_numpy_divide = kernel_of(lambda x: np.true_divide(x, 2))
#
# case_numpy_absent:
# TypeError: np.cbrt can't take tensor x, which has no values while a kernel is traced; use instructions of nki.isa
#   at bad/bad_python.py:45: case_numpy_absent = kernel_of(lambda x: np.cbrt(x))
#
# case_numpy_reduce:
# TypeError: np.add.reduce can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_reduce(dst=..., op=..., data=..., axis=...)
#   at bad/bad_python.py:46: case_numpy_reduce = kernel_of(lambda x: np.add.reduce(x))
#
# case_numpy_sum:
# TypeError: np.sum can't take tensor x, which has no values while a kernel is traced; use nisa.tensor_reduce(dst=..., op=..., data=..., axis=...)
#   at bad/bad_python.py:47: case_numpy_sum = kernel_of(lambda x: np.sum(x, axis=1))
#
# case_numpy_concatenate:
# TypeError: np.concatenate can't take tensor x, which has no values while a kernel is traced; use instructions of nki.isa
#   at bad/bad_python.py:48: case_numpy_concatenate = kernel_of(lambda x: np.concatenate([x, x]))
#
# case_numpy_transpose:
# TypeError: np.transpose can't take tensor x, which has no values while a kernel is traced; use nisa.nc_transpose(dst=..., data=...), or permute() of a tensor in HBM
#   at bad/bad_python.py:49: case_numpy_transpose = kernel_of(lambda x: np.transpose(x))
#
# case_numpy_dot:
# TypeError: np.dot can't take tensor x, which has no values while a kernel is traced; use nisa.nc_matmul(dst=..., stationary=..., moving=...)
#   at bad/bad_python.py:50: case_numpy_dot = kernel_of(lambda x: np.dot(x, x))
#
# case_numpy_array_of_it:
# TypeError: tensor x has no values while a kernel is traced, so NumPy can't make an array of it; use instructions of nki.isa
#   at bad/bad_python.py:51: case_numpy_array_of_it = kernel_of(lambda x: np.asarray(x))
#
# case_range:
# TypeError: tensor x is no integer, as its values are not known while a kernel is traced; read it into a register with nisa.register_load, which can bound nl.dynamic_range and be an offset of .ap or select()
#   at bad/bad_python.py:52: case_range = kernel_of(lambda x: range(x))
#
# case_dynamic_range:
# TypeError: dynamic_range: stop must be an integer, and what tensor x holds is not known while a kernel is traced; read it into a register with nisa.register_load
#   at bad/bad_python.py:53: case_dynamic_range = kernel_of(lambda x: list(nl.dynamic_range(x)))
#
# case_flag:
# TypeError: tensor_scalar: reverse0 must be True or False, got <NkiTensor x: float32[4, 8] in shared_hbm>
#   at bad/bad_python.py:54: case_flag = kernel_of(lambda x: nisa.tensor_scalar(x, x, nl.add, 1.0, reverse0=x))
#
# case_einops:
# TypeError: rearrange: src_pattern and dst_pattern are tuples of names, as in rearrange(('p', ('a', 'b')), ('p', 'b', 'a'), {'a': 2}), and not one string
#   at bad/bad_python.py:55: case_einops = kernel_of(lambda x: x.rearrange("p (a b) -> p b a", a=2))
#
# case_comparison:
# TypeError: the truth value of tensor sbuf.1, which a comparison made, is not known while a kernel is traced; select with nl.where or multiply by it as a mask, run nki.simulate(kernel)(...), where values are known, or ask whether a tensor was given with `is not None`
#   at bad/bad_python.py:56: case_comparison = kernel_of(lambda x: 1 if nl.greater(nl.load(x), 1.0) else 2)
#
# case_assign:
# TypeError: a tensor is written by an instruction, not by assignment: use nisa.tensor_copy(dst=t[...], src=...) on chip, or nisa.dma_copy(dst=t[...], src=...) to and from HBM
#   at bad/bad_python.py:18: x[0] = 1.0
