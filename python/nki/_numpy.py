"""NumPy arrays into kernels and out of them."""

import collections
import functools
import os
import threading

import numpy as np

from nki import _core

# How NKI types that NumPy does not have lie in memory. Packed types are raw words; ml_dtypes has the small floats.
_STORED_AS = {
    "tfloat32": "float32",
    "float8_e4m3fn_x4": "uint32",
    "float8_e5m2_x4": "uint32",
    "float4_e2m1fn_x4": "uint16",
}
_OVERLAP_WORK = 10_000  # candidates that NumPy may try; beyond them overlap is taken for granted
_nki_names = {}  # numpy dtype -> NKI name
_numpy_dtypes = {}  # NKI name -> numpy dtype


def nki_dtype(dtype):
    """The NKI name of a NumPy dtype, or None if there is none."""
    name = _nki_names.get(dtype)
    if name is None:
        try:
            name = _core.parse_dtype(dtype)
        except TypeError:
            return None
        _nki_names[dtype] = name
    return name


def numpy_dtype(name):
    """The NumPy dtype that holds NKI's `name`. ImportError if that takes ml_dtypes and it is not installed."""
    dtype = _numpy_dtypes.get(name)
    if dtype is None:
        stored = _STORED_AS.get(name, name)
        try:
            dtype = np.dtype(stored)
        except TypeError:
            dtype = np.dtype(getattr(_ml_dtypes(name), stored))
        _numpy_dtypes[name] = dtype
    return dtype


def _ml_dtypes(name):
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(f"NumPy has no {name}; install ml_dtypes to use it with NumPy arrays") from error
    return ml_dtypes


def types(kernel, arrays, call_key):
    types = []
    for index, array in enumerate(arrays):
        name = nki_dtype(array.dtype) if isinstance(array, np.ndarray) else None
        if name is None:
            argument = kernel.argument_names(call_key)[index]
            raise TypeError(_refusal(kernel, argument, array))
        types.append((array.shape, name))
    return tuple(types)


def _refusal(kernel, argument, array):
    place = f"{kernel.__name__}: argument '{argument}'"
    if not isinstance(array, np.ndarray):
        return (
            f"{place} is a {type(array).__module__}.{type(array).__name__} beside NumPy arrays; pass arrays of one kind"
        )
    near = {"f": "float32", "c": "float32", "i": "int32", "u": "uint32"}.get(array.dtype.kind)
    advice = f"; cast it with .astype(np.{near}) or another of these" if near else ""
    return (
        f"{place} has dtype {array.dtype}, which NKI does not have; it has bool, int8, int16, int32, uint8, uint16, "
        "uint32, float16, float32, and of ml_dtypes bfloat16, float8_e4m3, float8_e4m3fn, float8_e5m2, "
        f"float8_e8m0fnu{advice}"
    )


def run(spec, arrays):
    """What a specialization returns for `arrays` of its types."""
    return run_reported(spec, arrays)[1]


def run_reported(spec, arrays):
    """(what the run did, what the kernel returned). Inputs are written in place; a run that fails restores them."""
    inputs = [dense(array) for array in arrays]
    if spec.mutated:
        refuse_overlap(spec, spec.mutated, arrays)
        refuse_read_only(spec, spec.mutated, arrays)
    copied = [place_of(index, arrays[index]) for index in spec.mutated if inputs[index] is not arrays[index]]
    outputs = [_core.new_array(shape, dtype) for shape, dtype in spec.numpy_outputs]
    for output, source in spec.aliases.items():
        outputs[output] = inputs[source]
    report = spec.plan.run_arrays(inputs, outputs, copied)
    for output, source in spec.aliases.items():
        outputs[output] = arrays[source]
    return report, spec.rebuild(outputs)


def refuse_read_only(spec, written, arrays):
    """ValueError if a written argument can't be changed."""
    for index in written:
        if not arrays[index].flags.writeable:
            raise ValueError(
                f"{spec.name}: the kernel writes its argument '{spec.input_names[index]}', but that array is read-only"
            )


def place_of(index, array):
    """Where _core finds the array that input `index` is a dense copy of."""
    return index, array.ctypes.data, array.strides, not array.dtype.isnative


def refuse_overlap(spec, written, arrays):
    """ValueError if the memory of a written argument is also another argument's, or its own a second time.

    On the device each element has its own.
    """
    for index in written:
        array = arrays[index]
        if not array.flags.c_contiguous and overlaps_itself(array.shape, array.strides, array.itemsize):
            raise ValueError(
                f"{spec.name}: the kernel writes its argument '{spec.input_names[index]}', some elements "
                "of which share memory with others of its own; pass a copy"
            )
        for other, array in enumerate(arrays):
            if other != index and np.may_share_memory(arrays[index], array) and _overlap(arrays[index], array):
                raise ValueError(
                    f"{spec.name}: the kernel writes its argument '{spec.input_names[index]}', which shares memory "
                    f"with its argument '{spec.input_names[other]}'; pass a copy of one"
                )


def _overlap(array, other):
    try:
        return np.shares_memory(array, other, max_work=_OVERLAP_WORK)
    except np.exceptions.TooHardError:
        return True


def overlaps_itself(shape, strides, item):
    """Whether elements of `item` bytes, so many bytes apart along each axis, share memory."""
    axes = sorted([(abs(stride), size) for stride, size in zip(strides, shape, strict=True) if size > 1])
    reach = item
    for stride, size in axes:
        if stride < reach:
            break
        reach += stride * (size - 1)
    else:
        return False
    if axes[0][0] < item:
        return True
    starts = functools.reduce(np.add.outer, [np.arange(int(size)) * int(stride) for stride, size in axes])
    return bool(np.diff(np.sort(starts, axis=None)).min() < item)


def dense(array):
    """The array itself if its values lie side by side as a kernel reads them, else a copy."""
    if array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative:
        return array
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")


def values_of(tensor):
    """The values of a tensor that has some (nki.simulate), as a new array."""
    array = np.empty(tensor.shape, numpy_dtype(tensor.dtype))
    _core.copy_values(tensor, array.ctypes.data)
    return array


def text_of(tensor):
    """The values of a tensor as NumPy prints them."""
    try:
        return str(values_of(tensor))
    except (ImportError, IndexError, _core.RunError) as error:  # printing must not end what someone debugs
        return f"(no values: {error})"


def show(prefix, dtype, shape, content):
    """Prints the values of a tensor behind a prefix, and dumps them where NEURON_RT_DEBUG_OUTPUT_DIR says."""
    try:
        values = np.frombuffer(content, numpy_dtype(dtype)).reshape(shape)
    except ImportError as error:
        values = f"(no values: {error})"
    print(prefix, values)
    folder = os.environ.get("NEURON_RT_DEBUG_OUTPUT_DIR")
    if folder and isinstance(values, np.ndarray):
        _dump(folder, prefix, values)


_dumped = collections.Counter()  # by folder and prefix
_dumping = threading.Lock()


def _dump(folder, prefix, values):
    """<folder>/<prefix>/core_<logical core>/<iteration>/ (nl.device_print, NKI 0.6); the file's name is ours."""
    place = prefix.replace("/", "_").strip(". ") or "_"
    with _dumping:
        iteration = _dumped[folder, place]
        _dumped[folder, place] += 1
    path = os.path.join(folder, place, "core_0", str(iteration))  # a launch on two cores is on one logical core
    os.makedirs(path, exist_ok=True)
    np.save(os.path.join(path, "tensor.npy"), values)
