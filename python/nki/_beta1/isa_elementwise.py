"""Instructions whose result has the shape of an operand."""

import numpy as np

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes, enums
from nki._beta1.assignment import write_where
from nki._beta1.elementwise import broadcast
from nki._beta1.enums import engine, reduce_cmd
from nki._beta1.indices import terms_of
from nki._beta1.masks import box_of, compute_box, computed, cut, masked, require_box
from nki._beta1.operators import operator
from nki._beta1.predicates import holds_of, predicate_of
from nki._beta1.tiles import Tile, in_sbuf, new_tile, psum, require_tile, say_ignored

_FP32_MIN = float(np.finfo(np.float32).min)
_idle, _unknown = reduce_cmd.idle, engine.unknown


def _name(dtype, tile):
    return tile.dtype_name if dtype is None else dtypes.name_of(dtype)


def _engine(value):
    return enums.today(engine, value)


def _reduces(reduce_res, command=None):
    return reduce_res is not None or (command is not None and command is not nisa.reduce_cmd.idle)


def _command(value):
    return enums.today(reduce_cmd, value)


def activation(
    op,
    data,
    *,
    bias=None,
    scale=1.0,
    reduce_op=None,
    reduce_res=None,
    reduce_cmd=_idle,
    mask=None,
    dtype=None,
    **kwargs,
):
    """op(data * scale + bias), on ScalarE. Source: nki.isa.activation, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.activation", kwargs)
    require_tile("activation", "data", data)
    op, reduce_op, command = operator(op), operator(reduce_op), _command(reduce_cmd)

    def call(dst, data, bias, scale, reduce_res):
        nisa.activation(dst, op, data, bias, scale, reduce_op, reduce_res, command)

    operands, reduces = (data, bias, scale, reduce_res), "activation" if _reduces(reduce_res, command) else ""
    return computed(call, data.shape, _name(dtype, data), mask, operands, reduces=reduces)


def activation_reduce(op, data, *, reduce_op, reduce_res, bias=None, scale=1.0, mask=None, dtype=None, **kwargs):
    """nisa.activation, and the sum of each row to reduce_res. Source: nki.isa.activation_reduce, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.activation_reduce", kwargs)
    require_tile("activation_reduce", "data", data)
    op, reduce_op = operator(op), operator(reduce_op)

    def call(dst, data, bias, scale, reduce_res):
        nisa.activation_reduce(dst, op, data, reduce_op=reduce_op, reduce_res=reduce_res, bias=bias, scale=scale)

    operands = (data, bias, scale, reduce_res)
    return computed(call, data.shape, _name(dtype, data), mask, operands, reduces="activation_reduce")


def affine_select(pred, on_true_tile, on_false_value, *, mask=None, dtype=None, **kwargs):
    """on_true_tile where an affine comparison of indices holds, elsewhere a number; on GpSimd.

    Source: nki.isa.affine_select, NKI 2.26.
    """
    if kwargs:
        say_ignored("nisa.affine_select", kwargs)
    require_tile("affine_select", "on_true_tile", on_true_tile)
    shape, box = on_true_tile.shape, compute_box(mask, on_true_tile.shape)
    result = new_tile(shape, _name(dtype, on_true_tile))
    if box is None or not box.empty:
        dst, data = cut(box, result, shape), in_sbuf(cut(box, on_true_tile, shape))
        terms = [] if isinstance(pred, bool) else _affine_terms(pred, shape, box)
        for term in terms:  # a & b: one selection after the other
            offset, multiplier, pattern = terms_of(term, dst.shape, "affine_select: pred")
            nisa.affine_select(
                dst, pattern=pattern, channel_multiplier=multiplier, on_true_tile=data, on_false_value=on_false_value,
                offset=offset, cmp_op=nl.greater_equal,
            )  # fmt: skip
            data = dst
        where = box_of(pred, shape)
        if where is not None and where.empty:
            nisa.memset(dst, on_false_value)
        elif not terms:
            nisa.tensor_copy(dst, data)
    return result if box is None else masked(result, box)


def _affine_terms(pred, shape, box):
    """What a predicate says is not negative, of the part of a tile in a box."""
    begins, ends = ((0,) * len(shape), shape) if box is None else (box.begins, box.ends)
    return _core.mask_terms(_core.mask_part(pred, shape, begins, ends))


def iota(expr, dtype, *, mask=None, **kwargs):
    """The values of an index expression, as a tile. Source: nki.isa.iota, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.iota", kwargs)
    shape = _index_shape("iota", expr)
    box = compute_box(mask, shape)
    result = new_tile(shape, dtypes.name_of(dtype))
    if box is None or not box.empty:
        offset, multiplier, pattern = terms_of(expr, shape, "iota: expr")
        if box is not None:
            offset += box.begins[0] * multiplier + sum(
                begin * step for begin, (step, _) in zip(box.begins[1:], pattern, strict=True)
            )
            pattern = [[step, size] for (step, _), size in zip(pattern, box.shape[1:], strict=True)]
        nisa.iota(cut(box, result, shape), pattern, offset, multiplier)
    return result if box is None else masked(result, box)


def _index_shape(function, expr):
    if not isinstance(expr, _core.Index):
        raise TypeError(f"{function}: expr must be an index expression of nl.arange or nl.mgrid, got {expr!r}")
    return expr.shape


def memset(shape, value, dtype, *, mask=None, engine=_unknown, **kwargs):
    """A tile whose elements all are the value. Source: nki.isa.memset, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.memset", kwargs)
    name, shape = dtypes.name_of(dtype), tuple(shape)
    value = int(value) if dtypes.is_integer(name) else float(value)
    which = _engine(engine)
    return computed(lambda dst: nisa.memset(dst, value, which), shape, name, mask, ())


def reciprocal(data, *, dtype=None, mask=None, **kwargs):
    """1 / data, on VectorE. Source: nki.isa.reciprocal, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.reciprocal", kwargs)
    require_tile("reciprocal", "data", data)
    return computed(nisa.reciprocal, data.shape, _name(dtype, data), mask, (data,))


def dropout(data, prob, *, mask=None, dtype=None, **kwargs):
    """data with elements that are 0 with a probability. Source: nki.isa.dropout, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.dropout", kwargs)
    require_tile("dropout", "data", data)
    name = _name(dtype, data)
    if name == data.dtype_name:
        return computed(nisa.dropout, data.shape, name, mask, (data, prob))
    if dtypes.is_integer(data.dtype_name):
        raise ValueError(f"dropout: dtype is {name}; data is {data.dtype_name}, and results of integers are the same")

    def call(dst, data, prob):
        kept = new_tile(data.shape, data.dtype_name)
        nisa.dropout(kept, data, prob)
        nisa.tensor_copy(dst, kept)

    return computed(call, data.shape, name, mask, (data, prob))


def tensor_copy(src, *, mask=None, dtype=None, engine=_unknown, **kwargs):
    """A copy of a tile. Source: nki.isa.tensor_copy, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_copy", kwargs)
    require_tile("tensor_copy", "src", src)
    which = _engine(engine)
    return computed(lambda dst, src: nisa.tensor_copy(dst, src, which), src.shape, _name(dtype, src), mask, (src,))


def tensor_copy_dynamic_src(src, *, mask=None, dtype=None, engine=_unknown, **kwargs):
    """nisa.tensor_copy of a tile that is indexed by a tile. Source: nki.isa.tensor_copy_dynamic_src, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_copy_dynamic_src", kwargs)
    return tensor_copy(src, mask=mask, dtype=dtype, engine=engine)


def tensor_copy_dynamic_dst(*, dst, src, mask=None, dtype=None, engine=_unknown, **kwargs):
    """Copies a tile to one that is indexed by a tile. Source: nki.isa.tensor_copy_dynamic_dst, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_copy_dynamic_dst", kwargs)
    require_tile("tensor_copy_dynamic_dst", "dst", dst)
    require_tile("tensor_copy_dynamic_dst", "src", src)
    box = compute_box(mask, src.shape)
    if box is not None and box.inner is not None:
        write_where(box, dst, src[...])
    elif box is None or not box.empty:
        nisa.tensor_copy(cut(box, dst, src.shape), cut(box, src, src.shape), _engine(engine))


def tensor_copy_predicated(*, src, dst, predicate, reverse_pred=False, mask=None, dtype=None, **kwargs):
    """Writes src to dst where a predicate is not 0. Source: nki.isa.tensor_copy_predicated, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_copy_predicated", kwargs)
    require_tile("tensor_copy_predicated", "dst", dst)
    require_tile("tensor_copy_predicated", "predicate", predicate)
    if isinstance(src, Tile):
        require_tile("tensor_copy_predicated", "src", src)
        if src.buffer is psum and predicate.buffer is psum:
            predicate = in_sbuf(predicate)
    predicate, shape = _as_bytes(predicate), dst.shape
    box = compute_box(mask, shape)
    if box is not None and box.empty:
        return
    dst, src, predicate = (cut(box, operand, shape) for operand in (dst, src, predicate))
    if box is not None and box.inner is not None:
        where = predicate_of(box.inner, shape, box)
        both = new_tile(predicate.shape, "uint8")
        wanted = nl.equal if reverse_pred else nl.not_equal
        nisa.scalar_tensor_tensor(both, predicate, wanted, 0, nl.multiply, where)
        predicate, reverse_pred = both, False
    nisa.tensor_copy_predicated(dst, src, predicate, reverse_pred)


def _as_bytes(predicate):
    """A tile of bool as uint8, which it is stored as."""
    return predicate.view("uint8") if predicate.dtype_name == "bool" else predicate


def tensor_scalar(
    data, op0, operand0, reverse0=False, op1=None, operand1=None, reverse1=False, *, dtype=None, mask=None,
    engine=_unknown, **kwargs,
):  # fmt: skip
    """(data op0 operand0) op1 operand1. Source: nki.isa.tensor_scalar, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_scalar", kwargs)
    require_tile("tensor_scalar", "data", data)
    op0, op1, which = operator(op0), operator(op1), _engine(engine)

    def call(dst, data, operand0, operand1):
        nisa.tensor_scalar(dst, data, op0, operand0, reverse0, op1, operand1, reverse1, which)

    return computed(call, data.shape, _name(dtype, data), mask, (data, operand0, operand1))


def tensor_scalar_reduce(
    *, data, op0, operand0, reduce_op, reduce_res, reverse0=False, dtype=None, mask=None, **kwargs
):
    """data op0 operand0, and each row reduced to reduce_res. Source: nki.isa.tensor_scalar_reduce, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_scalar_reduce", kwargs)
    require_tile("tensor_scalar_reduce", "data", data)
    op0, reduce_op = operator(op0), operator(reduce_op)

    def call(dst, data, operand0, reduce_res):
        nisa.tensor_scalar_reduce(
            dst, data, op0=op0, operand0=operand0, reduce_op=reduce_op, reduce_res=reduce_res, reverse0=reverse0
        )

    operands = (data, operand0, reduce_res)
    return computed(call, data.shape, _name(dtype, data), mask, operands, reduces="tensor_scalar_reduce")


def scalar_tensor_tensor(
    *, data, op0, operand0, op1, operand1, reverse0=False, reverse1=False, dtype=None, mask=None, **kwargs
):
    """(data op0 operand0) op1 operand1, the last a tile. Source: nki.isa.scalar_tensor_tensor, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.scalar_tensor_tensor", kwargs)
    require_tile("scalar_tensor_tensor", "data", data)
    op0, op1 = operator(op0), operator(op1)

    def call(dst, data, operand0, operand1):
        nisa.scalar_tensor_tensor(dst, data, op0, operand0, op1, operand1, reverse0, reverse1)

    return computed(call, data.shape, _name(dtype, data), mask, (data, operand0, operand1))


def _promoted(a, b):
    return a.dtype_name if a.dtype_name == b.dtype_name else dtypes.promoted(a.dtype_name, b.dtype_name)


def tensor_tensor(data1, data2, op, *, dtype=None, mask=None, engine=_unknown, **kwargs):
    """data1 op data2. Source: nki.isa.tensor_tensor, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_tensor", kwargs)
    require_tile("tensor_tensor", "data1", data1)
    require_tile("tensor_tensor", "data2", data2)
    if data1.buffer is psum and data2.buffer is psum:
        data2 = in_sbuf(data2)
    op, which = operator(op), _engine(engine)
    name = _promoted(data1, data2) if dtype is None else dtypes.name_of(dtype)
    if data1.shape != data2.shape and data1.shape[0] == data2.shape[0] and len(data1.shape) == len(data2.shape):
        (data1, data2), _ = broadcast("tensor_tensor", (data1, data2))  # a column beside rows
    return computed(
        lambda dst, data1, data2: nisa.tensor_tensor(dst, data1, data2, op, which),
        data1.shape,
        name,
        mask,
        (data1, data2),
    )


def tensor_tensor_scan(
    data0, data1, initial, op0, op1, reverse0=False, reverse1=False, *, dtype=None, mask=None, **kwargs
):
    """The scan state = (data0 op0 state) op1 data1 along rows. Source: nki.isa.tensor_tensor_scan, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.tensor_tensor_scan", kwargs)
    require_tile("tensor_tensor_scan", "data0", data0)
    require_tile("tensor_tensor_scan", "data1", data1)
    op0, op1 = operator(op0), operator(op1)
    name = _promoted(data0, data1) if dtype is None else dtypes.name_of(dtype)

    box = compute_box(mask, data0.shape)
    if box is not None and box.inner is not None:
        _require_prefixes(holds_of(box.inner, data0.shape)[tuple(map(slice, box.begins, box.ends))])

    def call(dst, data0, data1, initial):
        nisa.tensor_tensor_scan(dst, data0, data1, initial, op0, op1, reverse0, reverse1)

    return computed(call, data0.shape, name, mask, (data0, data1, initial))


def _require_prefixes(holds):
    rows = holds.reshape(holds.shape[0], -1)
    if (rows[:, 1:] > rows[:, :-1]).any() and not (rows.all(1) | ~rows.any(1)).all():
        raise ValueError("tensor_tensor_scan: mask leaves out elements in front of others; what they add is not known")


def select_reduce(
    *, dst, predicate, on_true, on_false, reduce_res=None, reduce_cmd=_idle, reduce_op=np.amax, reverse_pred=False,
    mask=None, dtype=None, **kwargs,
):  # fmt: skip
    """on_true where a predicate holds, else on_false, to dst. Source: nki.isa.select_reduce, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.select_reduce", kwargs)
    for name, tile in (("dst", dst), ("predicate", predicate), ("on_true", on_true)):
        require_tile("select_reduce", name, tile)
    if on_true.buffer is psum and predicate.buffer is psum:
        predicate = in_sbuf(predicate)
    shape, box, command = dst.shape, compute_box(mask, dst.shape), _command(reduce_cmd)
    if box is not None and box.empty:
        return
    if _reduces(reduce_res, command):
        require_box("select_reduce", box)
    inner = box is not None and box.inner is not None
    result = new_tile(shape, dst.dtype_name) if inner else dst
    operands = [cut(box, operand, shape) for operand in (result, _as_bytes(predicate), on_true, on_false)]
    nisa.select_reduce(
        *operands, reduce_res=cut(box, reduce_res, shape), reduce_cmd=command, reduce_op=operator(reduce_op),
        reverse_pred=reverse_pred,
    )  # fmt: skip
    if inner:
        write_where(box, dst, result)


def range_select(
    *, on_true_tile, comp_op0, comp_op1, bound0, bound1, reduce_cmd=_idle, reduce_res=None, reduce_op=np.amax,
    range_start=0, on_false_value=_FP32_MIN, mask=None, dtype=None, **kwargs,
):  # fmt: skip
    """on_true_tile where the index lies between bounds. Source: nki.isa.range_select, NKI 2.26."""
    if kwargs:
        say_ignored("nisa.range_select", kwargs)
    require_tile("range_select", "on_true_tile", on_true_tile)
    op0, op1, command = operator(comp_op0), operator(comp_op1), _command(reduce_cmd)

    shape, box = on_true_tile.shape, box_of(mask, on_true_tile.shape)
    first = range_start if box is None else range_start + box.begins[1] * int(np.prod(shape[2:]))
    if box is not None and (any(box.begins[2:]) or box.ends[2:] != shape[2:]):
        raise ValueError(
            f"range_select: mask leaves elements of on_true_tile {shape} out between others; one index counts all"
        )

    def call(dst, data, bound0, bound1, reduce_res):
        nisa.range_select(
            dst, on_true_tile=data, comp_op0=op0, comp_op1=op1, bound0=bound0, bound1=bound1, reduce_cmd=command,
            reduce_res=reduce_res, reduce_op=operator(reduce_op), range_start=first, on_false_value=on_false_value,
        )  # fmt: skip

    operands = (on_true_tile, bound0, bound1, reduce_res)
    reduces = "range_select" if _reduces(reduce_res, command) else ""
    return computed(call, shape, _name(dtype, on_true_tile), mask, operands, reduces=reduces)
