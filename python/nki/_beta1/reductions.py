"""Reductions, and functions made of them."""

from nki import _core
from nki import isa as nisa
from nki import language as nl
from nki._beta1 import dtypes
from nki._beta1.elementwise import put, spread
from nki._beta1.isa_reductions import reduce, reduced_axes
from nki._beta1.masks import computed
from nki._beta1.tiles import Tile, require_tile, say_ignored


def _name(dtype, x):
    return x.dtype_name if dtype is None else dtypes.name_of(dtype)


def _reduction(name, operator_name=None, floats=False):
    """`floats`: of integers it is float32."""
    today, op = getattr(nl, name), None if floats or operator_name is None else getattr(nl, operator_name)

    def function(x, axis, *, dtype=None, mask=None, keepdims=False, **kwargs):
        if kwargs:
            say_ignored(f"nl.{name}", kwargs)
        require_tile(f"nl.{name}", "x", x)
        axes = reduced_axes(f"nl.{name}", x, axis)

        def call(dst, x):
            last = list(range(len(x.shape) - len(axes), len(x.shape)))
            if op is not None:
                nisa.tensor_reduce(dst, op, x, last, False)
            else:
                put(today(_core.plain(x), last, dtype=dst.dtype_name), dst, x)

        as_float = floats and dtype is None and dtypes.is_integer(x.dtype_name)
        return reduce(call, x, axes, "float32" if as_float else _name(dtype, x), keepdims, mask)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{today.__doc__.split('Source:')[0].strip()} Source: nki.language.{name}, NKI 2.26."
    if operator_name is not None:
        _core.register_operator(function, operator_name)
    return function


sum = _reduction("sum", "add")
prod = _reduction("prod", "multiply")
max = _reduction("max", "maximum")
min = _reduction("min", "minimum")
mean = _reduction("mean", "average", floats=True)


def all(x, axis, *, dtype=bool, mask=None, **kwargs):
    """1 where all elements over free axes are not 0. Source: nki.language.all, NKI 2.26."""
    if kwargs:
        say_ignored("nl.all", kwargs)
    return _all(x, axis, dtype=dtype, mask=mask)


def var(x, axis, *, dtype=None, mask=None, **kwargs):
    """The variance over free axes. Source: nki.language.var, NKI 2.26."""
    if kwargs:
        say_ignored("nl.var", kwargs)
    return _var(x, axis, dtype=dtype, mask=mask)


_all, _var = _reduction("all"), _reduction("var", floats=True)


def softmax(x, axis, *, dtype=None, compute_dtype=None, mask=None, **kwargs):
    """exp(x - max) / sum along free axes. Source: nki.language.softmax, NKI 2.26."""
    if kwargs:
        say_ignored("nl.softmax", kwargs)
    require_tile("nl.softmax", "x", x)

    def call(dst, x):
        put(nl.softmax(_core.plain(x), axis, dtype=dst.dtype_name), dst, x)

    return computed(call, x.shape, _name(dtype or compute_dtype, x), mask, (x,), reduces="nl.softmax")


def rms_norm(x, w, axis, n, epsilon=1e-6, *, dtype=None, compute_dtype=None, mask=None, **kwargs):
    """x / sqrt(sum(x * x) / n + epsilon) * w. Source: nki.language.rms_norm, NKI 2.26."""
    if kwargs:
        say_ignored("nl.rms_norm", kwargs)
    require_tile("nl.rms_norm", "x", x)
    w = spread(w, x.shape) if isinstance(w, Tile) else w

    def call(dst, x, w):
        put(nl.rms_norm(_core.plain(x), _core.plain(w), axis, n, epsilon, dtype=dst.dtype_name), dst, x, w)

    return computed(call, x.shape, _name(dtype, x), mask, (x, w), reduces="nl.rms_norm")
