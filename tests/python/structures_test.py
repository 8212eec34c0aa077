"""Structures of tensors as arguments and results: the same types come back, through each door."""

import collections
import dataclasses
import enum
import types
from typing import NamedTuple

import nki
import nki.isa as nisa
import nki.language as nl
import numpy as np
import pytest

from tests.python.small_kernels import add, add_into, scaled


class Pair(NamedTuple):
    first: object
    second: object


Loose = collections.namedtuple("Loose", "a b", defaults=[None])


@dataclasses.dataclass
class Layer:
    weight: object
    factor: float = 2.0
    bias: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    weight: object
    rest: tuple = ()


class Slotted:
    __slots__ = ("w", "__dict__")

    def __init__(self, w, **rest):
        self.w = w
        self.__dict__.update(rest)


class Kind(enum.Enum):
    ONE = 1


class Ordered(collections.OrderedDict):
    pass


def as_numpy(array):
    return np.asarray(array)


def torch_arrays():
    torch = pytest.importorskip("torch")
    return lambda array: torch.from_numpy(array.copy())


def jax_arrays():
    jax = pytest.importorskip("jax")
    return jax.numpy.asarray


@pytest.fixture(params=[lambda: as_numpy, torch_arrays, jax_arrays], ids=["numpy", "torch", "jax"])
def to_array(request):
    """Makes an array of a door of a NumPy array."""
    return request.param()


X = np.arange(8, dtype=np.float32).reshape(2, 4)

RESULTS = {
    "named tuple": lambda a, b: Pair(a, b),
    "namedtuple with a default": lambda a, b: Loose(a),
    "tuple in a list in a dict": lambda a, b: {"x": [(a, 1), b], "n": None},
    "dataclass": lambda a, b: Layer(a, 3.0, b),
    "frozen dataclass with slots": lambda a, b: Frozen(a, (b, Pair(a, "text"))),
    "object": lambda a, b: Slotted(a, other=[b]),
    "namespace": lambda a, b: types.SimpleNamespace(a=a, b=b),
    "ordered dict": lambda a, b: Ordered([("z", a), ("a", b)]),
    "partly constants": lambda a, b: Pair(Kind.ONE, (a, np.float32(2), 1 + 2j, range(3))),
    "empty containers": lambda a, b: (a, [], {}, ()),
}


def parts(value):
    """A structure as (type, parts) with arrays as lists, so that NumPy's, torch's and JAX's can be compared."""
    if hasattr(value, "shape") and value.shape:
        return as_numpy(value).tolist()
    if isinstance(value, dict):
        return type(value), [(key, parts(item)) for key, item in value.items()]
    if isinstance(value, (tuple, list)):
        return type(value), [parts(item) for item in value]
    if isinstance(value, Frozen):
        return Frozen, parts(value.weight), parts(value.rest)
    if isinstance(value, (Layer, Slotted, types.SimpleNamespace)):
        return type(value), getattr(value, "w", None) is not None and parts(value.w), parts(vars(value))
    return type(value), value


@pytest.mark.parametrize("name", RESULTS)
def test_results_have_the_types_that_the_kernel_gave_them(name, to_array):
    @nki.jit
    def kernel(x):
        return RESULTS[name](scaled(x, 2), scaled(x, 3))

    for _ in range(2):
        assert parts(kernel(to_array(X))) == parts(RESULTS[name](X * 2, X * 3))


def test_a_returned_argument_is_that_array_inside_an_object():
    @nki.jit
    def kernel(layer):
        add_into(layer.weight, layer.bias)
        return Pair(layer, layer.weight)

    w, bias = X.copy(), X + 1
    result = kernel(Layer(w, bias=bias))
    assert result.second is w and result.first.weight is w and result.first.bias is bias
    assert result.first.factor == 2.0 and type(result.first) is Layer
    np.testing.assert_array_equal(w, X + X + 1)


def test_an_array_that_is_no_tensor_comes_back_as_a_copy():
    table = np.arange(3)

    @nki.jit
    def kernel(x):
        return scaled(x, 2), table, (table,)

    for run in (kernel, kernel[2]):
        first, same, (again,) = run(X)
        np.testing.assert_array_equal(first, X * 2)
        assert (same == [0, 1, 2]).all() and (again == [0, 1, 2]).all()
        same[:] = again[:] = 9


def test_programs_of_a_grid_return_equal_structures():
    @nki.jit
    def kernel(x):
        return Layer(scaled(x, 2), float(nl.program_id(0)))

    with pytest.raises(nki.VerifyError, match=r"program 0 of the grid returned .*Layer\(weight=hbm.*result-differs"):
        kernel[2](X)

    @nki.jit
    def equal(x):
        return Layer(scaled(x, 2), 1.0)

    assert parts(equal[2](X)) == parts(Layer(X * 2, 1.0))


ARGUMENTS = {
    "dataclass": lambda a, b: Layer(a, bias=b),
    "object": lambda a, b: types.SimpleNamespace(weight=a, bias=b, factor=2.0),
    "NKIObject": lambda a, b: nl.NKIObject(weight=a, bias=b, factor=2.0),
    "class of NKIObject": lambda a, b: type("Own", (nl.NKIObject,), {})(weight=a, bias=b, factor=2.0),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_objects_as_arguments(name, to_array):
    @nki.jit
    def kernel(layer):
        return add(scaled(layer.weight, layer.factor), layer.bias)

    layer = ARGUMENTS[name](to_array(X), to_array(X + 1))
    np.testing.assert_array_equal(as_numpy(kernel(layer)), X * 2 + X + 1)
    layer.factor = 3.0
    np.testing.assert_array_equal(as_numpy(kernel(layer)), X * 3 + X + 1)
    assert type(layer.weight) is type(to_array(X))


def test_named_tuples_as_arguments_keep_their_type(to_array):
    @nki.jit
    def kernel(pair):
        assert type(pair) is Pair and type(pair.second) is Loose
        return add(pair.first, pair.second.a)

    result = kernel(Pair(to_array(X), Loose(to_array(X))))
    np.testing.assert_array_equal(as_numpy(result), X + X)
    assert type(result) is type(to_array(X))


def test_optional_tensors(to_array):
    @nki.jit
    def kernel(x, bias=None, *, other=None):
        result = scaled(x, 2)
        result = result if bias is None else add(result, bias)
        return result if other is None else add(result, other)

    x = to_array(X)
    np.testing.assert_array_equal(as_numpy(kernel(x)), X * 2)
    np.testing.assert_array_equal(as_numpy(kernel(x, None, other=x)), X * 3)
    np.testing.assert_array_equal(as_numpy(kernel(x, bias=x)), X * 3)
    np.testing.assert_array_equal(as_numpy(kernel(x, x, other=x)), X * 4)
    assert len(kernel.specializations()) == 4


def test_keyword_only_and_variadic_arguments(to_array):
    @nki.jit
    def kernel(x, *rest, factor, **named):
        total = scaled(x, factor)
        for tensor in (*rest, *named.values()):
            total = add(total, tensor)
        return total

    x = to_array(X)
    np.testing.assert_array_equal(as_numpy(kernel(x, factor=3)), X * 3)
    np.testing.assert_array_equal(as_numpy(kernel(x, x, x, factor=1, last=x)), X * 4)
    with pytest.raises(TypeError, match="missing a required.*'factor'"):
        kernel(x)
    with pytest.raises(TypeError, match=r"kernel\(x, \*rest, factor, \*\*named\)"):
        kernel(factor=1)


def test_a_written_field_is_named_when_it_can_not_be_written():
    @nki.jit
    def kernel(layer):
        nisa.dma_copy(dst=layer.weight, src=nl.zeros(layer.weight.shape, layer.weight.dtype))

    x = X.copy()
    x.flags.writeable = False
    with pytest.raises(ValueError, match=r"writes its argument 'layer.weight', but that array is read-only"):
        kernel(Layer(x))


def test_jitted_jax_gives_structures():
    jax = pytest.importorskip("jax")

    @nki.jit
    def kernel(pair):
        return {"pair": Pair(scaled(pair.first, 2), (add(pair.first, pair.second),))}

    result = jax.jit(lambda a, b: kernel(Pair(a, b)))(X, X + 1)
    assert parts(result) == parts({"pair": Pair(X * 2, (X + X + 1,))})


def test_a_tensor_of_several_elements_is_true_as_an_optional_argument():
    @nki.jit
    def kernel(x, bias=None):
        out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
        nl.store(out, nl.add(nl.load(x), nl.load(bias)) if bias else nl.load(x))
        return out

    x = np.ones((2, 3), np.float32)
    np.testing.assert_array_equal(kernel(x), x)
    np.testing.assert_array_equal(kernel(x, 0 * x + 2), x + 2)
    np.testing.assert_array_equal(nki.simulate(kernel)(x, 0 * x + 2), x + 2)


class OwnList(list):
    pass


class OwnTuple(tuple):
    pass


class OwnDict(dict):
    pass


def with_field(container, scale):
    container.scale = scale
    return container


CHANGED = {
    "items of a list": lambda s: OwnList([s]),
    "a field of a list": lambda s: with_field(OwnList([1.0]), s),
    "a field of a tuple": lambda s: with_field(OwnTuple([1.0]), s),
    "a field of a dict": lambda s: with_field(OwnDict(), s),
}


@nki.jit
def scaled_by_container(x, given):
    scale = given.scale if hasattr(given, "scale") else given[0]
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.load(x)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=scale)
    nisa.dma_copy(dst=out, src=tile)
    return out


@pytest.mark.parametrize("name", CHANGED)
def test_containers_of_the_users_own_classes_count_by_what_they_hold(name):
    x = np.ones((4, 4), np.float32)
    for scale in (2.0, 3.0, 2.0):
        assert (scaled_by_container(x, CHANGED[name](scale)) == scale).all()


@pytest.mark.parametrize("kind", [OwnList, OwnTuple])
def test_containers_of_the_users_own_classes_keep_class_fields_and_arrays(kind):
    @nki.jit
    def kernel(given):
        assert type(given) is kind and len(given) == 2 and given[1] == "second"
        out = nl.ndarray(given[0].shape, given[0].dtype, buffer=nl.shared_hbm)
        tile = nl.load(given[0])
        nisa.tensor_tensor(dst=tile, data1=tile, data2=nl.load(given.scale), op=nl.multiply)
        nisa.dma_copy(dst=out, src=tile)
        return out

    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    np.testing.assert_array_equal(kernel(with_field(kind([x, "second"]), x + 1)), x * (x + 1))
