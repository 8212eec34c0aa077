"""Ways for a kernel to read a value from outside its arguments, each with a change of that value.

A case gives a function that returns 2, and another that makes it return 3.
"""

import collections
import contextlib
import contextvars
import dataclasses
import enum
import functools
import os
import sys
import threading
import types

import nki
import pytest


class Fields:
    shared = 2.0

    def __init__(self, **fields):
        vars(self).update(fields)


class Slotted:
    __slots__ = ("s",)

    def __init__(self):
        self.s = 2.0


class Heir(Slotted):
    __slots__ = ()


class Hidden:
    """Its value can be had in many ways, none of which says the name of the field."""

    def __init__(self):
        self._v = 2.0

    def get(self):
        return self._v

    @property
    def value(self):
        return self._v

    @classmethod
    def ask(cls, hidden):
        return hidden.get()

    @staticmethod
    def peek(hidden):
        return hidden.value

    def __call__(self):
        return self._v

    def __getitem__(self, index):
        return self._v

    def __getattr__(self, name):
        return self._v

    def __float__(self):
        return self._v


class Child(Fields):
    pass


@dataclasses.dataclass
class Settings:
    s: float = 2.0
    sizes: list = dataclasses.field(default_factory=lambda: [2.0])


class Mode(enum.Enum):
    FAST = "fast"
    EXACT = "exact"


CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


@case
def nested_dict():
    table = {"a": {"b": 2.0}}
    return lambda: table["a"]["b"], lambda: table["a"].update(b=3.0)


@case
def nested_list():
    table = [[2.0]]
    return lambda: table[0][0], lambda: table[0].__setitem__(0, 3.0)


@case
def list_in_tuple():
    table = ([2.0],)
    return lambda: table[0][0], lambda: table[0].__setitem__(0, 3.0)


@case
def order_of_a_dict():
    table = collections.OrderedDict(a=2.0, b=3.0)
    return lambda: next(iter(table.values())), lambda: table.move_to_end("a")


@case
def new_key():
    table = {}
    return lambda: table.get("s", 2.0), lambda: table.update(s=3.0)


@case
def defaultdict():
    table = collections.defaultdict(float, s=2.0)
    return lambda: table["s"], lambda: table.update(s=3.0)


@case
def set_of_names():
    names = {"two"}
    return lambda: 2.0 if "two" in names else 3.0, lambda: names.discard("two")


@case
def deque():
    queue = collections.deque([2.0])
    return lambda: queue[0], lambda: queue.appendleft(3.0)


@case
def bytes_in_place():
    data = bytearray([2])
    return lambda: data[0], lambda: data.__setitem__(0, 3)


@case
def read_only_view():
    table = {"s": 2.0}
    view = types.MappingProxyType(table)
    return lambda: view["s"], lambda: table.update(s=3.0)


@case
def chain_map():
    table = {"s": 2.0}
    chain = collections.ChainMap({}, table)
    return lambda: chain["s"], lambda: table.update(s=3.0)


@case
def field_of_a_field():
    config = Fields(inner=Fields(s=2.0))
    return lambda: config.inner.s, lambda: setattr(config.inner, "s", 3.0)


@case
def new_field():
    config = Fields()
    return lambda: getattr(config, "s", 2.0), lambda: setattr(config, "s", 3.0)


@case
def field_named_function():
    config = Fields(function="relu", s=2.0)
    return lambda: config.s, lambda: setattr(config, "s", 3.0)


@case
def namespace():
    config = types.SimpleNamespace(s=2.0)
    return lambda: config.s, lambda: setattr(config, "s", 3.0)


@case
def slots():
    config = Slotted()
    return lambda: config.s, lambda: setattr(config, "s", 3.0)


@case
def inherited_slots():
    config = Heir()
    return lambda: config.s, lambda: setattr(config, "s", 3.0)


@case
def all_fields_exchanged():
    config = Fields(s=2.0)
    return lambda: config.s, lambda: setattr(config, "__dict__", {"s": 3.0})


@case
def class_of_an_object_exchanged():
    class Other(Fields):
        shared = 3.0

    config = Fields()
    return lambda: config.shared, lambda: setattr(config, "__class__", Other)


@case
def class_attribute_through_an_object():
    class Parent:
        s = 2.0

    class Local(Parent):
        pass

    config = Local()
    return lambda: config.s, lambda: setattr(Parent, "s", 3.0)


@case
def list_in_a_dataclass():
    config = Settings()
    return lambda: config.sizes[0], lambda: config.sizes.__setitem__(0, 3.0)


@case
def list_of_dataclasses():
    configs = [Settings()]
    return lambda: configs[0].s, lambda: setattr(configs[0], "s", 3.0)


@case
def dict_of_dataclasses():
    configs = {"m": Settings()}
    return lambda: configs["m"].s, lambda: setattr(configs["m"], "s", 3.0)


@case
def fields_read_by_python_itself():
    config = Settings()
    return lambda: dataclasses.asdict(config)["s"], lambda: setattr(config, "s", 3.0)


@case
def table_by_enumeration():
    table, mode = {Mode.FAST: 2.0, Mode.EXACT: 3.0}, Fields(mode=Mode.FAST)
    return lambda: table[mode.mode], lambda: setattr(mode, "mode", Mode.EXACT)


for _way in (
    *(lambda h: h.get(), lambda h: h.value, lambda h: Hidden.ask(h), lambda h: Hidden.peek(h), lambda h: h()),
    *(lambda h: h[0], lambda h: h.anything, float),
):

    def hidden_field(way=_way):
        hidden = Hidden()
        return lambda: way(hidden), lambda: setattr(hidden, "_v", 3.0)

    CASES[f"hidden_field_{len(CASES)}"] = hidden_field


@case
def bound_method():
    hidden = Hidden()
    get = hidden.get
    return lambda: get(), lambda: setattr(hidden, "_v", 3.0)


@case
def bound_method_of_a_dict():
    table = {"s": 2.0}
    get = table.get
    return lambda: get("s"), lambda: table.update(s=3.0)


@case
def method_replaced():
    class Local:
        def get(self):
            return 2.0

    local = Local()
    return lambda: local.get(), lambda: setattr(Local, "get", lambda self: 3.0)


@case
def default_replaced():
    def chosen(v=2.0):
        return v

    return lambda: chosen(), lambda: setattr(chosen, "__defaults__", (3.0,))


@case
def keyword_default_replaced():
    def chosen(*, v=2.0):
        return v

    return lambda: chosen(), lambda: chosen.__kwdefaults__.update(v=3.0)


@case
def default_changed():
    def chosen(v=[2.0]):  # noqa: B006
        return v[0]

    return lambda: chosen(), lambda: chosen.__defaults__[0].__setitem__(0, 3.0)


@case
def code_replaced():
    def chosen():
        return 2.0

    return lambda: chosen(), lambda: setattr(chosen, "__code__", (lambda: 3.0).__code__)


@case
def attribute_of_a_function():
    def chosen():
        return chosen.s

    chosen.s = 2.0
    return lambda: chosen(), lambda: setattr(chosen, "s", 3.0)


@case
def function_in_a_dict():
    held = [2.0]
    table = {"f": lambda: held[0]}
    return lambda: table["f"](), lambda: held.__setitem__(0, 3.0)


@case
def partial():
    table = {"s": 2.0}
    chosen = functools.partial(lambda t: t["s"], table)
    return lambda: chosen(), lambda: table.update(s=3.0)


@case
def partial_of_a_method():
    hidden = Hidden()
    chosen = functools.partial(Hidden.ask, hidden=hidden)
    return lambda: chosen(), lambda: setattr(hidden, "_v", 3.0)


@case
def wrapped_function():
    table = {"s": 2.0}

    def wrap(f):
        return functools.wraps(f)(lambda: f())

    chosen = wrap(lambda: table["s"])
    return lambda: chosen(), lambda: table.update(s=3.0)


@case
def context_made_by_a_decorator():
    table = {"s": 2.0}

    @contextlib.contextmanager
    def settings():
        yield table["s"]

    def chosen():
        with settings() as s:
            return s

    return chosen, lambda: table.update(s=3.0)


@case
def cached_function_of_a_changed_list():
    table = [2.0]

    @functools.lru_cache
    def chosen(n):
        return table[0]

    return lambda: chosen(len(table)), lambda: table.insert(0, 3.0)


@case
def variable_of_a_closure():
    s = 2.0

    def change():
        nonlocal s
        s = 3.0

    return lambda: s, change


@case
def name_that_hid_nothing():
    return lambda: 3.0 if "shadow" in str(ascii) else 2.0, lambda: globals().update(ascii="shadow")


@case
def global_by_computed_name():
    globals()["COMPUTED_s"] = 2.0
    return lambda: globals()["COMPUTED_" + "s"], lambda: globals().update(COMPUTED_s=3.0)


@case
def environment():
    os.environ["NKI_TEST_FACTOR"] = "2"
    return lambda: float(os.environ["NKI_TEST_FACTOR"]), lambda: os.environ.update(NKI_TEST_FACTOR="3")


@case
def environment_by_getenv():
    os.environ["NKI_TEST_FACTOR"] = "2"
    return lambda: float(os.getenv("NKI_TEST_FACTOR")), lambda: os.environ.update(NKI_TEST_FACTOR="3")


@case
def command_line():
    return lambda: 2.0 if "--three" not in sys.argv else 3.0, lambda: sys.argv.append("--three")


def module_of(name, **values):
    module = types.ModuleType(name)
    vars(module).update(values)
    sys.modules[name] = module
    return module


@case
def module_imported_inside():
    module = module_of("nki_test_config", s=2.0)

    def chosen():
        import nki_test_config

        return nki_test_config.s

    return chosen, lambda: setattr(module, "s", 3.0)


@case
def name_imported_inside():
    module = module_of("nki_test_config", s=2.0)

    def chosen():
        from nki_test_config import s

        return s

    return chosen, lambda: setattr(module, "s", 3.0)


@case
def module_exchanged():
    module_of("nki_test_config", s=2.0)

    def chosen():
        import nki_test_config

        return nki_test_config.s

    return chosen, lambda: module_of("nki_test_config", s=3.0)


@case
def name_of_a_module_by_getattr():
    module = module_of("nki_test_config", s=2.0)
    return lambda: getattr(module, "S".lower()), lambda: setattr(module, "s", 3.0)


@case
def new_name_of_a_module():
    module = module_of("nki_test_config")
    return lambda: getattr(module, "s", 2.0), lambda: setattr(module, "s", 3.0)


@case
def kernel_called_by_the_kernel():
    table = {"s": 2.0}
    inner = nki.jit(lambda: table["s"])
    return lambda: inner(), lambda: table.update(s=3.0)


@case
def thread_local():
    local = threading.local()
    local.s = 2.0
    return lambda: local.s, lambda: setattr(local, "s", 3.0)


@case
def context_variable():
    variable = contextvars.ContextVar("factor", default=2.0)
    return lambda: variable.get(), lambda: variable.set(3.0)


@case
def item_of_a_huge_list():
    table = [2.0] * 1_000_000
    return lambda: table[999_999], lambda: table.__setitem__(999_999, 3.0)


@case
def field_among_very_many_objects():
    configs = [Settings() for _ in range(20_000)]
    return lambda: configs[-1].s, lambda: setattr(configs[-1], "s", 3.0)


# What can't be watched, or not at every call.
NOT_KEPT = {"thread_local", "context_variable", "item_of_a_huge_list", "field_among_very_many_objects"}


@pytest.fixture
def restored(monkeypatch):
    """Takes back what the cases change for everybody."""
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setenv("NKI_TEST_FACTOR", "")
    yield
    sys.modules.pop("nki_test_config", None)
    for name in ("ascii", "COMPUTED_s"):
        globals().pop(name, None)
