"""Compiled programs compute what eager ones do, also after a change of what the kernels in them read."""

import array
import dataclasses
import warnings

import nki
import nki.isa as nisa
import nki.language as nl
import pytest

torch = pytest.importorskip("torch")

from tests.python.captured_cases import CASES, NOT_KEPT, Fields, restored  # noqa: E402, F401
from tests.python.small_kernels import result_of, scaled, tile_of  # noqa: E402
from tests.python.torch_programs import BACKENDS, fresh_compiler  # noqa: E402, F401

UNCOMPILED = {*NOT_KEPT, "global_by_computed_name"}  # the latter may mean all of pytest


@pytest.fixture
def a():
    return torch.arange(12.0).reshape(3, 4) + 1


def compiled(function, fullgraph=True, **options):
    """(program, how often it was compiled)."""
    graphs = []

    def backend(graph, examples):
        graphs.append(graph)
        return graph

    return torch.compile(function, fullgraph=fullgraph, backend=backend, **options), graphs


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("name", CASES)
def test_a_change_is_seen(name, a):
    factor, change = CASES[name]()
    kernel = nki.jit(lambda x: scaled(x, factor()))
    program, graphs = compiled(lambda a: kernel(a * 2) + 1, fullgraph=name not in UNCOMPILED)
    for _ in range(3):
        assert torch.equal(program(a), a * 4 + 1)
    if name not in UNCOMPILED:
        assert len(graphs) == 1
    change()
    for _ in range(3):
        assert torch.equal(program(a), a * 6 + 1)
    if name not in UNCOMPILED:
        assert len(graphs) == 2


@pytest.mark.parametrize("name", sorted(NOT_KEPT))
def test_what_cannot_be_watched_is_no_part_of_a_full_graph(name, a):
    factor, _ = CASES[name]()
    kernel = nki.jit(lambda x: scaled(x, factor()))
    with pytest.raises(Exception, match="what its Python reads can't be watched"):
        torch.compile(lambda a: kernel(a), fullgraph=True, backend="eager")(a)


def test_an_argument_that_cannot_be_compared_is_no_part_of_a_full_graph(a):
    config = Fields(queue=array.array("d", [2.0]))
    kernel = nki.jit(lambda x, given: scaled(x, given.queue[0]))
    program, _ = compiled(lambda a: kernel(a * 2, config) + 1, fullgraph=False)
    for s in (2.0, 2.0, 3.0):
        config.queue[0] = s
        assert torch.equal(program(a), a * 2 * s + 1)
    with pytest.raises(Exception, match="what its Python reads can't be watched"):
        torch.compile(lambda a: kernel(a, config), fullgraph=True, backend="eager")(a)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_change_is_seen_by_every_backend(backend, a):
    config = Fields(s=2.0)
    by_global = nki.jit(lambda x: scaled(x, config.s))
    by_argument = nki.jit(lambda x, given: scaled(x, given.s))
    program = torch.compile(lambda a: by_global(a) + by_argument(a, config) * 10, fullgraph=True, backend=backend)
    for s in (2.0, 3.0, 2.0):
        config.s = s
        assert torch.equal(program(a), a * 11 * s)


@dataclasses.dataclass
class Settings:
    s: float = 2.0
    more: object = None


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.s = 2.0
        self.weight = torch.nn.Parameter(torch.ones(3, 4))

    @nki.jit
    def run(self, x):
        return scaled(x, self.s)

    def forward(self, x):
        return self.run(x)


def set_first(values):
    values[0] = 3.0


ARGUMENTS = {
    "object": (lambda: Fields(s=2.0), lambda c: c.s, lambda c: setattr(c, "s", 3.0)),
    "class": (Fields, lambda c: c.shared, lambda c: setattr(type(c), "shared", 3.0)),
    "object in an object": (lambda: Fields(i=Fields(s=2.0)), lambda c: c.i.s, lambda c: setattr(c.i, "s", 3.0)),
    "list in an object": (lambda: Fields(s=[2.0]), lambda c: c.s[0], lambda c: set_first(c.s)),
    "dataclass": (Settings, lambda c: c.s, lambda c: setattr(c, "s", 3.0)),
    "list in a dataclass": (lambda: Settings(more=[2.0]), lambda c: c.more[0], lambda c: set_first(c.more)),
    "list": (lambda: [2.0], lambda c: c[0], set_first),
    "dict": (lambda: {"s": 2.0}, lambda c: c["s"], lambda c: c.update(s=3.0)),
    "object in a list": (lambda: [Fields(s=2.0)], lambda c: c[0].s, lambda c: setattr(c[0], "s", 3.0)),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_change_of_an_argument_is_seen(name, a, monkeypatch):
    monkeypatch.setattr(Fields, "shared", 2.0)
    make, read, change = ARGUMENTS[name]
    config = make()
    kernel = nki.jit(lambda x, given: scaled(x, read(given)))
    program, graphs = compiled(lambda a: kernel(a, config))
    for _ in range(2):
        assert torch.equal(program(a), a * 2)
    assert len(graphs) == 1
    change(config)
    assert torch.equal(program(a), a * 3) and torch.equal(kernel(a, config), a * 3)


def test_a_changed_field_of_a_module_whose_method_is_a_kernel(a):
    model = Model()
    program, graphs = compiled(model)
    with torch.no_grad():
        model.weight.fill_(5)
    for s in (2.0, 2.0, 3.0):
        model.s = s
        assert torch.equal(program(a), a * s)
    assert len(graphs) == 2


def test_a_changed_default(a):
    def function(x, values=[2.0]):  # noqa: B006
        return scaled(x, values[0])

    kernel = nki.jit(function)
    program, _ = compiled(lambda a: kernel(a))
    assert torch.equal(program(a), a * 2)
    set_first(function.__defaults__[0])
    assert torch.equal(program(a), a * 3)


def test_a_changed_target(a, monkeypatch):
    targets = []

    @nki.jit
    def kernel(x):
        targets.append(nki._core.current_target())
        return scaled.function(x)

    program, _ = compiled(lambda a: kernel(a))
    for target in ("trn1", "trn2", "trn1"):
        monkeypatch.setenv("NEURON_PLATFORM_TARGET_OVERRIDE", target)
        assert torch.equal(program(a), a * 2)
    assert targets == ["trn1", "trn2"]


def test_a_value_that_the_kernel_returns_beside_tensors(a):
    config = {"s": 2.0}
    kernel = nki.jit(lambda x: (scaled(x, config["s"]), config["s"]))
    program, _ = compiled(lambda a: kernel(a))
    assert program(a)[1] == 2.0
    config["s"] = 3.0
    assert program(a)[1] == 3.0


@nki.jit
def exactly_scaled(x, factor):
    """`scaled` adds 0 to its factor, which loses a sign."""
    tile = tile_of(x)
    nisa.tensor_scalar(dst=tile, data=tile, op0=nl.multiply, operand0=factor)
    return result_of(tile)


ZEROS = (0.0, -0.0, 1.0, 0.0, -0.0, -1.0, 0.0)
WAYS = {
    "argument": (lambda v: v, lambda s: s),
    "item": (lambda v: [v], lambda s: s[0]),
    "field": (lambda v: Fields(s=v), lambda c: c.s),
    "negated": (lambda v: v, lambda s: -s),
    "product": (lambda v: v, lambda s: s * 0.0),
}


@pytest.mark.parametrize("dynamic", [None, True, False])
@pytest.mark.parametrize("way", WAYS)
def test_the_sign_of_zero(way, dynamic, a):
    make, read = WAYS[way]
    program, _ = compiled(lambda a, s: exactly_scaled(a, read(s)), fullgraph=False, dynamic=dynamic)
    for value in ZEROS:
        result, expected = program(a, make(value)), a * read(make(value))
        assert torch.equal(result, expected) and torch.equal(torch.signbit(result), torch.signbit(expected))


def test_the_sign_of_zero_in_a_full_graph(a):
    program, graphs = compiled(lambda a, s: exactly_scaled(a, s), dynamic=False)
    for value in (0.0, -0.0, 0.0, -0.0):
        assert torch.equal(torch.signbit(program(a, value)), torch.signbit(a * value))
    assert len(graphs) == 2
    program, _ = compiled(lambda a, s: exactly_scaled(a, s), dynamic=True)
    assert torch.equal(program(a, 0.0), a * 0)
    with pytest.raises(Exception, match="symbolic number that may be -0.0"):
        program(a, -0.0)


def test_compiling_leaves_nothing_to_warn_about(a):
    kernel = nki.jit(lambda x: scaled(x, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(compiled(lambda a: kernel(a))[0](a), a * 2)
