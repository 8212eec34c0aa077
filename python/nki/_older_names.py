"""Names of older releases that NKI 0.6 lacks or replaces: for _missing.py, and for nki-py --migrate.

The arguments of instructions are in frontend/older_calls.cc (`_core.older_keywords`, `_core.older_orders`).
Sources: release notes and migration guide of NKI 0.1 to 0.6; the stubs of SDK 2.20 to 2.32.
"""

_CYCLES = "use nki.jit, and kernel.report(...), which counts cycles"
_PLACED = "place tensors with nl.ndarray(..., address=...)"
_AUTOMATIC = "leave address= out: tensors are then placed for you"
_NO_EFFECT = "leave it out; it never changed results"
_ACCESS = "use slices, nl.ds and NkiTensor.ap"
_CORES = "use kernel[2](...) for two cores"
_DYNAMIC_COPY = "use nisa.tensor_copy with a view made by .ap(..., scalar_offset=...)"
_ANNOTATION = "use nki.typing.tensor"

# Module -> name -> (the first release without it, what to do instead).
REMOVED = {
    "nki": {
        "FrameworkKernel": ("0.1", "kernels take NumPy, torch and JAX arrays themselves"),
        "autotune": ("0.1", _CYCLES),
        "baremetal": ("0.1", "use nki.jit and call the kernel, or use nki.simulate(kernel)(...)"),
        "benchmark": ("0.1", _CYCLES),
        "compiler": ("0.1", "tensors are placed by nl.ndarray(..., address=...) or by nki itself"),
        "kernels": ("0.1", "AWS's kernels are in its nki-library"),
        "nccl": ("0.1", "use nki.collectives"),
        "profile": ("0.1", _CYCLES),
        "simulate_kernel": ("0.1", "use nki.simulate(kernel)(...)"),
        "trace": ("0.1", "use nki.jit"),
    },
    "nki.isa": {
        "attention_kernel": ("0.1", "nothing replaces it"),
        "attention_kernel_cache": ("0.1", "nothing replaces it"),
        "builtin_custom_op": ("0.1", "nothing replaces it"),
        "fp32": ("0.1", "use numpy.finfo(numpy.float32)"),
        "tensor_copy_dynamic_dst": ("0.4", _DYNAMIC_COPY),
        "tensor_copy_dynamic_src": ("0.4", _DYNAMIC_COPY),
    },
    "nki.language": {
        "all_reduce": ("0.1", "use nki.collectives.all_reduce, which nki-py does not have: it runs one rank"),
        "arange": ("0.1", _ACCESS),
        "atomic_rmw": ("0.1", "use nisa.dma_compute"),
        "bfp16": ("0.1", "use ml_dtypes.finfo(ml_dtypes.bfloat16)"),
        "constants": ("0.1", "use the dtype's size in bytes as a number"),
        "finfo": ("0.1", "use numpy.finfo"),
        "float32r": ("0.1", "use nl.float32"),
        "fp32": ("0.1", "use numpy.finfo(numpy.float32)"),
        "gemm_grid": ("0.1", "use slices"),
        "gemm_stationary_grid": ("0.1", "use slices"),
        "iterators": ("0.1", "use Python's range"),
        "loop_reduce": ("0.1", "use a loop with nisa.tensor_tensor"),
        "mgrid": ("0.1", _ACCESS),
        "nc": ("0.1", _CORES),
        "par_dim": ("0.1", "use axis 0 of the shape, which is the partition axis; block axes become a list of tiles"),
        "range": ("0.1", "use Python's range"),
        "spmd_dim": ("0.1", _CORES),
        "static_cast": ("0.1", "use nl.copy(x, dtype=...)"),
    },
}

# What no module of ours is asked for, or still answers to: for --migrate alone. A dotted name -> what to do instead.
REPLACED = {
    "jax_neuronx.nki_call": "call the kernel, made by nki.jit",
    "nki.collectives.NKIObject": "use nl.NKIObject",
    "nki.compiler.allocation_scope": _NO_EFFECT,
    "nki.compiler.enable_stack_allocator": _NO_EFFECT,
    "nki.compiler.force_auto_alloc": _NO_EFFECT,
    "nki.compiler.multi_buffer": _NO_EFFECT,
    "nki.compiler.no_reorder": "use nl.no_reorder",
    "nki.compiler.psum": "use nl.psum",
    "nki.compiler.psum.alloc": _PLACED,
    "nki.compiler.psum.auto_alloc": _AUTOMATIC,
    "nki.compiler.psum.mod_alloc": _PLACED,
    "nki.compiler.sbuf": "use nl.sbuf",
    "nki.compiler.sbuf.alloc": _PLACED,
    "nki.compiler.sbuf.auto_alloc": _AUTOMATIC,
    "nki.compiler.sbuf.mod_alloc": _PLACED,
    "nki.compiler.skip_middle_end_transformations": _NO_EFFECT,
    "nki.isa.NKIObject": "use nl.NKIObject",
    "nki.isa.gpsimd_engine": "use nisa.engine.gpsimd",
    "nki.isa.scalar_engine": "use nisa.engine.scalar",
    "nki.isa.tensor_engine": "use nisa.engine.tensor",
    "nki.isa.unknown_engine": "use nisa.engine.unknown",
    "nki.isa.vector_engine": "use nisa.engine.vector",
    "nki.language.affine_range": "use range (deprecated)",
    "nki.language.dynamic_range": "use nl.fori_loop (deprecated)",
    "nki.language.hbm.view": "use nl.ndarray(shape, dtype, buffer=nl.shared_hbm)",
    "nki.language.psum.view": "use nl.ndarray(shape, dtype, buffer=nl.psum)",
    "nki.language.sbuf.view": "use nl.ndarray(shape, dtype, buffer=nl.sbuf)",
    "nki.language.sequential_range": "use range (deprecated)",
    "nki.language.tile_size.psum_fmax": "use nl.tile_size.psum_bank_fmax (deprecated)",
    "nki.language.tile_size.psum_fmax_bytes": "use nl.tile_size.psum_bank_fmax_bytes",
    "nki.language.tile_size.total_available_sbuf_size": "use nl.tile_size.sbuf_fmax_bytes (deprecated)",
    "nki.meta.tensor": "use NumPy arrays in nl.shared_constant",
    "nki.nki_jit": "use nki.jit",
    "nki.tensor": "use nl.NkiTensor for a type, NumPy arrays in nl.shared_constant",
    "nki.typing.immutable": _ANNOTATION,
    "nki.typing.mutable": "use nki.typing.mutable_tensor",
    "nki.typing.scalar": "leave the annotation out",
    "torch_neuronx.nki_jit": "use nki.jit",
}

# Keywords of functions other than instructions: (dotted name, or "" for any of nki.language; keyword) -> instead.
KEYWORDS = {
    ("", "mask"): "use slices of the operands",
    ("nki.collectives.collective_permute_implicit_current_processing_rank_id", "num_channels"): "leave it out; "
    "collective_permute_implicit takes channel_ids",
    ("nki.jit", "func"): "use fn=",
    ("nki.jit", "mode"): "leave it out; the arguments' type says how to run",
    ("nki.jit", "platform_target"): "set NEURON_PLATFORM_TARGET_OVERRIDE, or nki-py's --target",
    ("nki.language.broadcast_to", "src"): "use x=",
    ("nki.language.copy", "src"): "use x=",
    ("nki.language.device_print", "prefix"): "use print_prefix=",
    ("nki.language.device_print", "x"): "use tensor=",
    ("nki.language.empty_like", "a"): "use x=",
    ("nki.language.expand_dims", "data"): "use x=",
    ("nki.language.load", "mode"): "use nisa.dma_copy(dst=..., src=..., oob_mode=...)",
    ("nki.language.shared_constant", "dtype"): "make the array with that dtype",
    ("nki.language.softmax", "compute_dtype"): "use dtype=",
    ("nki.language.store", "mode"): "use nisa.dma_copy(dst=..., src=..., oob_mode=...)",
    ("nki.language.zeros_like", "a"): "use x=",
}

# Instructions of SDK 2.21 to 2.26 that took their destination by its place, which was not the first.
BETA1_ORDERS = {"dma_copy": "src, dst", "nc_stream_shuffle": "src, dst, shuffle_mask"}

# Enumerations as numbers: argument -> the enumeration and its members by number. Source: the stubs of 0.1 and 0.2.
NUMBERS = {
    "dge_mode": ("dge_mode", ("unknown", "swdge", "hwdge", "none")),
    "engine": ("engine", ("unknown", "tensor", "scalar", "gpsimd", "dma", "vector", "sync")),
    "oob_mode": ("oob_mode", ("error", "skip")),
    "reduce_cmd": ("reduce_cmd", ("idle", "reset", "reduce", "reset_reduce", "load_reduce")),
}
# The one whose numbers meant something else before NKI 0.1. Source: the stubs of SDK 2.23 to 2.26.
BETA1_DGE_MODES = ("none", "swdge", "hwdge", "unknown")

PERF_MODES = {"double_row": "double_row", "double_row_gen3": "double_row", "none": "none"}
BUFFERS = ("sbuf", "psum", "hbm", "private_hbm", "shared_hbm")
WORDS = {  # known without an import in NKI 0.1 and 0.2
    "sbuf": "use nl.sbuf, and nl.ndarray(shape, dtype, buffer=nl.sbuf) for a tensor",
    "psum": "use nl.psum, and nl.ndarray(shape, dtype, buffer=nl.psum) for a tensor",
    "hbm": "use nl.shared_hbm, and nl.ndarray(shape, dtype, buffer=nl.shared_hbm) for a tensor",
}

# NumPy's functions that stood for operators and activation functions, where nl calls them otherwise.
NUMPY_OPERATORS = {
    "absolute": "abs",
    "amax": "maximum",
    "amin": "minimum",
    "max": "maximum",
    "min": "minimum",
    "true_divide": "divide",
}
