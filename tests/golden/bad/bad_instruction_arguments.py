"""Arguments that an instruction does not take."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


def kernel_of(call):
    @nki.jit
    def kernel(x):
        tile = nl.zeros((4, 8), nl.float32)
        call(x, tile)
        return x

    return lambda: kernel(np.zeros((4, 8), np.float32))


case_missing = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, op=nl.add))
case_unknown = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, source=t))
case_twice = kernel_of(lambda x, t: nisa.tensor_copy(t, t, dst=t))
case_too_many = kernel_of(lambda x, t: nisa.reciprocal(t, t, t, t, t))
case_no_tensor = kernel_of(lambda x, t: nisa.dma_copy(dst=t, src=np.zeros((4, 8), np.float32)))
case_no_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op="add"))
case_numpy_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=np.add))
case_function_for_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.tanh))
case_operator_for_function = kernel_of(lambda x, t: nisa.activation(dst=t, op=nl.maximum, data=t))
case_no_engine = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, src=t, engine="vector"))
case_wrong_engine = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, src=t, engine=nisa.tensor_engine))
case_no_number = kernel_of(lambda x, t: nisa.memset(dst=t, value="zero"))
case_bitwise = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.bitwise_and))
case_array = kernel_of(lambda x, t: nisa.tensor_scalar(t, t, nl.add, np.zeros((4, 1), np.float32)))
case_reduction_for_operator = kernel_of(lambda x, t: nisa.tensor_reduce(t, nl.sum, t, axis=1))
case_no_value = kernel_of(lambda x, t: nisa.memset(t, None))
case_partition_axis = kernel_of(lambda x, t: nisa.tensor_reduce(t[:, 0:1], nl.add, t, axis=0))
case_newer_target = kernel_of(lambda x, t: nisa.dma_copy(dst=t, src=x, dge_mode=nisa.dge_mode.hwdge))
case_number_for_tensor = kernel_of(lambda x, t: nisa.tensor_tensor(t, t, 2.0, op=nl.add))
case_name = kernel_of(lambda x, t: nisa.tensor_copy(t, t, name=3))


# ---- expected ----
# case_missing:
# TypeError: tensor_tensor: data2 is required and missing
#   at bad/bad_instruction_arguments.py:18: case_missing = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, op=nl.add))
#
# case_unknown:
# TypeError: tensor_copy: no argument is called 'source'; there are dst, src, engine, name
#   at bad/bad_instruction_arguments.py:19: case_unknown = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, source=t))
#
# case_twice:
# TypeError: tensor_copy: argument 'dst' was given twice
#   at bad/bad_instruction_arguments.py:20: case_twice = kernel_of(lambda x, t: nisa.tensor_copy(t, t, dst=t))
#
# case_too_many:
# TypeError: reciprocal: takes 3 arguments, got 5
#   at bad/bad_instruction_arguments.py:21: case_too_many = kernel_of(lambda x, t: nisa.reciprocal(t, t, t, t, t))
#
# case_no_tensor:
# TypeError: dma_copy: src must be a tensor (made with nl.ndarray, or an argument of the kernel), got a numpy.ndarray; pass arrays to the kernel as arguments, or bring them in with nl.load(nl.shared_constant(array))
#   at bad/bad_instruction_arguments.py:22: case_no_tensor = kernel_of(lambda x, t: nisa.dma_copy(dst=t, src=np.zeros((4, 8), np.float32)))
#
# case_no_operator:
# TypeError: tensor_tensor: op must be an operator such as nl.add, got 'add'
#   at bad/bad_instruction_arguments.py:23: case_no_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op="add"))
#
# case_numpy_operator:
# TypeError: tensor_tensor: op must be an operator such as nl.add, got <ufunc 'add'>
#   at bad/bad_instruction_arguments.py:24: case_numpy_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=np.add))
#
# case_function_for_operator:
# ValueError: tensor_tensor: op: 'tanh' is a function of nisa.activation, not an operator of this instruction
#   at bad/bad_instruction_arguments.py:25: case_function_for_operator = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.tanh))
#
# case_operator_for_function:
# ValueError: activation: op: 'maximum' is not a function of the Scalar engine
#   at bad/bad_instruction_arguments.py:26: case_operator_for_function = kernel_of(lambda x, t: nisa.activation(dst=t, op=nl.maximum, data=t))
#
# case_no_engine:
# TypeError: tensor_copy: engine must be one of nisa.engine.unknown, engine.tensor, engine.scalar, engine.gpsimd, engine.dma, engine.vector, engine.sync, got 'vector'
#   at bad/bad_instruction_arguments.py:27: case_no_engine = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, src=t, engine="vector"))
#
# case_wrong_engine:
# VerifyError: bad/bad_instruction_arguments.py:28: error: tensor_copy: engine 'tensor' can't run it; allowed are vector, scalar, gpsimd [engine]
#     case_wrong_engine = kernel_of(lambda x, t: nisa.tensor_copy(dst=t, src=t, engine=nisa.tensor_engine))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
#
# case_no_number:
# TypeError: memset: value must be a number or a tensor with one value per partition, got 'zero'
#   at bad/bad_instruction_arguments.py:29: case_no_number = kernel_of(lambda x, t: nisa.memset(dst=t, value="zero"))
#
# case_bitwise:
# VerifyError: bad/bad_instruction_arguments.py:30: error: tensor_tensor: dst is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     case_bitwise = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.bitwise_and))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
# bad/bad_instruction_arguments.py:30: error: tensor_tensor: data1 is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     case_bitwise = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.bitwise_and))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
# bad/bad_instruction_arguments.py:30: error: tensor_tensor: data2 is float32; the bitwise operator 'bitwise_and' needs an integer dtype [integer-dtype]
#     case_bitwise = kernel_of(lambda x, t: nisa.tensor_tensor(dst=t, data1=t, data2=t, op=nl.bitwise_and))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
#
# case_array:
# TypeError: tensor_scalar: operand0 must be a number or a tensor with one value per partition, got a numpy.ndarray; pass arrays to the kernel as arguments, or bring them in with nl.load(nl.shared_constant(array))
#   at bad/bad_instruction_arguments.py:31: case_array = kernel_of(lambda x, t: nisa.tensor_scalar(t, t, nl.add, np.zeros((4, 1), np.float32)))
#
# case_reduction_for_operator:
# TypeError: tensor_reduce: op must be an operator such as nl.add, got the function sum; a sum is nl.add
#   at bad/bad_instruction_arguments.py:32: case_reduction_for_operator = kernel_of(lambda x, t: nisa.tensor_reduce(t, nl.sum, t, axis=1))
#
# case_no_value:
# VerifyError: bad/bad_instruction_arguments.py:33: error: memset: value is None; it must be a number [constant]
#     case_no_value = kernel_of(lambda x, t: nisa.memset(t, None))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
#
# case_partition_axis:
# VerifyError: bad/bad_instruction_arguments.py:34: error: tensor_reduce: axis is (0,); data has 2 axes, of which the last free ones must be named, without gaps, and axis 0 is the partition axis: use nisa.nc_transpose first, nisa.nc_matmul with ones, or nisa.tensor_partition_reduce [reduce-axis]
#     case_partition_axis = kernel_of(lambda x, t: nisa.tensor_reduce(t[:, 0:1], nl.add, t, axis=0))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
#
# case_newer_target:
# VerifyError: bad/bad_instruction_arguments.py:35: error: dma_copy: trn1 does not have dge_mode.hwdge; targets that have it: trn2, trn3 [hwdge]
#     case_newer_target = kernel_of(lambda x, t: nisa.dma_copy(dst=t, src=x, dge_mode=nisa.dge_mode.hwdge))
#   called from bad/bad_instruction_arguments.py:12: call(x, tile)
#
# case_number_for_tensor:
# TypeError: tensor_tensor: data2 must be a tensor (nisa.tensor_scalar takes numbers), got 2.0
#   at bad/bad_instruction_arguments.py:36: case_number_for_tensor = kernel_of(lambda x, t: nisa.tensor_tensor(t, t, 2.0, op=nl.add))
#
# case_name:
# TypeError: tensor_copy: name must be a string, got 3
#   at bad/bad_instruction_arguments.py:37: case_name = kernel_of(lambda x, t: nisa.tensor_copy(t, t, name=3))
