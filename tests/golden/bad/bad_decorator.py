"""Options, targets and grids that do not exist."""
import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np


@nki.jit
def copy(x):
    result = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(dst=result, src=x)
    return result


def case_option():
    nki.jit(platform="trn1")


def case_target():
    nki.jit(platform_target="trn9")(copy.function)


def case_grid():
    copy[0](np.zeros((4, 8), np.float32))


def case_too_many_cores():
    copy[8](np.zeros((4, 8), np.float32))


def case_grid_of_two_axes():
    copy[2, 2](np.zeros((4, 8), np.float32))


def case_shared_tensors_differ():
    @nki.jit
    def uneven(x):
        result = nl.ndarray((4, 8 + nl.program_id(0)), x.dtype, buffer=nl.shared_hbm)
        nisa.dma_copy(dst=result[:, 0:8], src=x)
        return result

    uneven[2](np.zeros((4, 8), np.float32))


# ---- expected ----
# case_option:
# TypeError: nki.jit: no option is called 'platform'; there are platform_target, additional_compile_opt, artifacts_dir, debug_kernel, enable_out_of_bound_check, experimental_flags, grid, kernel_return, mode, show_compiler_tb
#   at bad/bad_decorator.py:16: nki.jit(platform="trn1")
#
# case_target:
# ValueError: target 'trn9' is not known; there are trn1, trn2, trn3 (also inf2, gen2, gen3, gen4)
#   at bad/bad_decorator.py:20: nki.jit(platform_target="trn9")(copy.function)
#
# case_grid:
# ValueError: kernel[cores] takes a positive integer, the number of cores, got 0
#   at bad/bad_decorator.py:24: copy[0](np.zeros((4, 8), np.float32))
#
# case_too_many_cores:
# ValueError: kernel[8]: a logical NeuronCore has at most 2 cores; launch kernel[2](...) and share the work by nl.program_id(0) and nl.num_programs(0), with a loop in the kernel for the rest
#   at bad/bad_decorator.py:28: copy[8](np.zeros((4, 8), np.float32))
#
# case_grid_of_two_axes:
# ValueError: kernel[cores] takes one number, the cores that run the kernel, got (2, 2); grids of several axes ended with NKI 0.1, use loops in the kernel
#   at bad/bad_decorator.py:32: copy[2, 2](np.zeros((4, 8), np.float32))
#
# case_shared_tensors_differ:
# ValueError: ndarray: tensor hbm.0 in shared_hbm is float32(4, 9) in this program of the grid and float32(4, 8) in an earlier one; programs share these tensors and must make the same ones
#   at bad/bad_decorator.py:38: result = nl.ndarray((4, 8 + nl.program_id(0)), x.dtype, buffer=nl.shared_hbm)
