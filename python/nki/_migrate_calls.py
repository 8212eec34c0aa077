"""What a call of an older release says that NKI 0.6 says otherwise: keywords, orders, results, values."""

import ast
import inspect

import nki
from nki import _core, _older_names, language
from nki._migrate_scopes import canonical, is_beta1

_OPERATORS = ("op", "op0", "op1", "reduce_op", "cmp_op", "comp_op0", "comp_op1", "dst_rmw_op")
_KINDS = {"sequence": (ast.Tuple, ast.List), "integer": int, "bool": bool, "string": str}
_KEYWORDS = {row[:2]: row[2:] for row in _core.older_keywords}


def short(path):
    """As kernels say it: nki.isa.dma_copy is nisa.dma_copy."""
    for module, name in (("nki.isa.", "nisa."), ("nki.language.", "nl."), ("nki.compiler.", "nki.compiler.")):
        if path.startswith(module):
            return name + path.removeprefix(module)
    return path


def constant(node):
    """The value of a literal, -1 included; else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -1 if isinstance(node.operand.value, (int, float)) else None
    return node.value if isinstance(node, ast.Constant) else None


def instruction_name(path):
    """The instruction that a dotted name is, or None."""
    module, _, name = canonical(path or "").rpartition(".")
    return name if module == "nki.isa" and name in _core.instructions else None


class Call:
    """A call of a function of nki, read against its signature in 0.6. `say(node, group, what, instead)` reports."""

    def __init__(self, node, path, scope, say):
        self.node, self.path, self.scope, self.say = node, path, scope, say
        self.name = short(canonical(path))
        self.keywords = {each.arg: each for each in node.keywords if each.arg is not None}
        starred = any(isinstance(each, ast.Starred) for each in node.args)
        self.is_open = starred or len(self.keywords) < len(node.keywords)  # f(*a, **k): not all is seen

    def check(self, target=None, adds=False):
        """`target` is what the result is assigned to, or with `adds` added to; None if it is used otherwise."""
        function = _function(canonical(self.path))
        fields = _fields(function)
        self._keywords(fields)
        if function is None:
            return
        places = dict(zip(fields, self.node.args, strict=False))
        if instruction_name(self.path):
            for each in self.node.args:
                self._operator(each)
            places = self._instruction(fields, places, target, adds)
        self._values({**places, **{name: each.value for name, each in self.keywords.items()}})

    def _keywords(self, fields):
        for name, each in self.keywords.items():
            if name in fields:
                continue
            instead = _instead_of(canonical(self.path), name)
            if instead is None and fields:
                instead = f"leave it out; the arguments are {', '.join(fields)}"
            if instead is not None:
                self.say(each, f"{name}=", f"{name}= of {self.name}", instead)

    def _instruction(self, fields, places, target, adds):
        """Returns the positional arguments by their fields of today, as far as they are sure."""
        if self.is_open:
            return {}
        name = instruction_name(self.path)
        order = _older_names.BETA1_ORDERS.get(name)
        if is_beta1(self.path):
            if order is None and "dst" in fields and "dst" not in self.keywords:
                self._returns_a_tile(target, adds)
            elif order is not None and "dst" not in self.keywords and len(self.node.args) > 1:
                today = ", ".join(fields[: len(order.split())])
                self.say(self.node, "orders", f"{self.name}({order})", f"{self.name}({today})")
            return {}
        missing = [each for each in _required(name) if each not in places and each not in self.keywords]
        if fields[0] == "dst" and missing and (fields[0] in missing or set(self.keywords) <= set(fields)):
            self._returns_a_tile(target, adds)
            return {}
        return {} if self._older_order(name, fields) else places

    def _returns_a_tile(self, target, adds):
        text = ast.unparse(target) if target else "..."
        others = [f"{each}=..." for each in _required(instruction_name(self.path)) if each != "dst"]
        instead = f"{self.name}({', '.join([f'dst={text}', *others])})"
        if adds and instruction_name(self.path) == "nc_matmul":
            instead += ", which adds to what it wrote there before"
        elif not isinstance(target, ast.Subscript):
            instead = f"make {text if target else 'a tile'} with nl.ndarray, then {instead}"
        self.say(self.node, "results of nisa", f"the result of {self.name}", instead)

    def _older_order(self, name, fields):
        for instruction, place, kind, order in _core.older_orders:
            arguments = self.node.args
            if instruction != name or not place < len(arguments) <= len(order.split()):
                continue
            if self._is(kind, arguments[place]):
                older = ", ".join(order.split()[: len(arguments)])
                self.say(self.node, "orders", f"{self.name}({older})", f"{self.name}({', '.join(fields)})")
                return True
        return False

    def _is(self, kind, node):
        if kind == "sequence":
            return isinstance(node, _KINDS[kind])
        if kind in _KINDS:
            return type(constant(node)) is _KINDS[kind]
        path = canonical(self.scope.path(node) or "")
        if kind == "operator":
            return path.startswith("nki.language.") or path.startswith("numpy.")
        return path.startswith(f"nki.isa.{'matmul_perf_mode' if kind == 'perf_mode' else kind}.")

    def _values(self, values):
        for name, node in values.items():
            value = constant(node)
            if name in _older_names.NUMBERS and type(value) is int:
                self._number(name, node, value)
            elif name == "perf_mode" and value in _older_names.PERF_MODES:
                instead = f"nisa.matmul_perf_mode.{_older_names.PERF_MODES[value]}"
                self.say(node, "enumerations as text", f"perf_mode={value!r}", instead)
            elif name == "buffer" and value in _older_names.BUFFERS:
                self.say(node, "buffers as text", f"buffer={value!r}", f"buffer=nl.{value}")
            elif name in _OPERATORS:
                self._operator(node)
            elif self.path.endswith(".program_id") and name == "axis" and type(value) is int and value > 0:
                self.say(node, "grids", f"axis {value} of a grid", "one axis, nl.program_id(0), of one or two cores")

    def _number(self, name, node, value):
        enumeration, members = _older_names.NUMBERS[name]
        if name == "dge_mode" and is_beta1(self.path):
            members = _older_names.BETA1_DGE_MODES
        member = members[value] if 0 <= value < len(members) else "..."
        self.say(node, "enumerations as numbers", f"{name}={value}", f"nisa.{enumeration}.{member}")

    def _operator(self, node):
        module, _, name = (self.scope.path(node) or "").rpartition(".")
        name = _older_names.NUMPY_OPERATORS.get(name, name)
        if module == "numpy" and inspect.isfunction(getattr(language, name, None)):
            self.say(node, "NumPy's functions as operators", f"{ast.unparse(node)} as an operator", f"nl.{name}")


def _function(path):
    """The function of 0.6, or None."""
    module, _, name = path.rpartition(".")
    if module == "nki.isa":
        return _core.instructions.get(name)
    if path == "nki.jit":
        return nki.jit
    function = getattr(language, name, None) if module == "nki.language" else None
    return function if inspect.isfunction(function) else None


def _fields(function):
    if function is None or function is nki.jit:
        return []
    parameters = inspect.signature(function).parameters.values()
    return [] if any(each.kind is each.VAR_KEYWORD for each in parameters) else [each.name for each in parameters]


def _required(name):
    parameters = inspect.signature(_core.instructions[name]).parameters.values()
    return [each.name for each in parameters if each.default is each.empty]


def _instead_of(path, keyword):
    """What replaces a keyword, or None."""
    module, _, name = path.rpartition(".")
    if module == "nki.isa":
        now, advice = _KEYWORDS.get((name, keyword)) or _KEYWORDS.get(("", keyword)) or ("", "")
        return f"{now}=" if now else advice or None
    if path == "nki.jit" and keyword in nki._WITHOUT_MEANING and keyword != "mode":
        return "leave it out; it has no meaning"
    instead = _older_names.KEYWORDS.get((path, keyword))
    return _older_names.KEYWORDS.get(("", keyword)) if instead is None and module == "nki.language" else instead
