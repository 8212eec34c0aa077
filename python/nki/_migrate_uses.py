"""Finds what a Python file uses of older releases of NKI, by its syntax tree; the file is never executed."""

import ast
import dataclasses

from nki import _older_names
from nki._language.absent import INSTEAD
from nki._migrate_calls import Call, constant, instruction_name, short
from nki._migrate_scopes import Scope, canonical, is_beta1, own_nodes, parameters

# What makes a kernel of a function.
_MAKERS = frozenset(
    "nki.jit nki.baremetal nki.benchmark nki.profile nki.trace nki.nki_jit nki.simulate_kernel "
    "torch_neuronx.nki_jit jax_neuronx.nki_call".split()
)
_BINARY = {
    ast.Add: ("+", "add"),
    ast.Sub: ("-", "subtract"),
    ast.Mult: ("*", "multiply"),
    ast.Div: ("/", "divide"),
    ast.Mod: ("%", "mod"),
    ast.Pow: ("**", "power"),
    ast.MatMult: ("@", "matmul"),
    ast.BitAnd: ("&", "bitwise_and"),
    ast.BitOr: ("|", "bitwise_or"),
    ast.BitXor: ("^", "bitwise_xor"),
    ast.LShift: ("<<", "left_shift"),
    ast.RShift: (">>", "right_shift"),
    ast.Lt: ("<", "less"),
    ast.LtE: ("<=", "less_equal"),
    ast.Gt: (">", "greater"),
    ast.GtE: (">=", "greater_equal"),
    ast.Eq: ("==", "equal"),
    ast.NotEq: ("!=", "not_equal"),
    ast.USub: ("-", "negative"),
    ast.Invert: ("~", "invert"),
}


_LONG = 40  # characters of an expression that a line of the report shows


@dataclasses.dataclass(frozen=True)
class Use:
    """One use of an older name; `column` counts bytes from 0, as Python's syntax trees do."""

    line: int
    column: int
    group: str
    what: str
    instead: str


def uses_in(tree):
    """The uses in a module, in the order of the file."""
    finder = _Finder(tree)
    finder.visit(tree)
    return sorted(dict.fromkeys(finder.uses), key=lambda use: (use.line, use.column))


def instead_of(path):
    """(the dotted name that is gone, what replaces it), or None. The longest that is known counts."""
    is_older, path = is_beta1(path), canonical(path)
    while path:
        module, _, name = path.rpartition(".")
        if path in _older_names.REPLACED:
            return path, _older_names.REPLACED[path]
        if path == "nki.compiler" and not is_older:  # NKI 0.3 and later have another module of that name
            return None
        if name in _older_names.REMOVED.get(module, ()):
            return path, _older_names.REMOVED[module][name][1]
        path = module
    return None


class _Finder(ast.NodeVisitor):
    def __init__(self, tree):
        self.uses = []
        self._scope = Scope(tree)
        self._kernels = _kernels(tree, self._scope)
        self._called = _called_by_functions(tree)
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        self._is_beta1 = any(is_beta1(name) for node in imports for name in _imported(node))

    def _say(self, node, group, what, instead):
        self.uses.append(Use(node.lineno, node.col_offset, group, what, instead.removeprefix("use ")))

    # Imports and names

    def visit_Import(self, node):
        for alias in node.names:
            if is_beta1(alias.name):
                now = canonical(alias.name)
                self._say(alias, "neuronxcc.nki", alias.name, (instead_of(alias.name) or (now, now))[1])

    def visit_ImportFrom(self, node):
        if node.level or node.module is None:
            return
        paths = [(alias, f"{node.module}.{alias.name}") for alias in node.names]
        if is_beta1(node.module):
            self._say(node, "neuronxcc.nki", node.module, canonical(node.module))
        for alias, path in paths:
            if node.module == "neuronxcc" and is_beta1(path):
                self._say(node, "neuronxcc.nki", "neuronxcc.nki", "nki")
            elif instead_of(path) and "deprecated" not in instead_of(path)[1]:
                self._say(alias, short(instead_of(path)[0]), alias.name, instead_of(path)[1])

    def visit_Attribute(self, node):
        path = self._scope.path(node)
        if path is not None:
            self._name(node, path)
            return
        if node.attr == "benchmark_result":
            self._say(node, ".benchmark_result", ".benchmark_result", "kernel.report(...), which counts cycles")
        elif node.attr in INSTEAD and self._scope.is_tile(node.value):
            self._say(node, f".{node.attr} of a tile", ast.unparse(node), INSTEAD[node.attr])
        self.generic_visit(node)

    def visit_Name(self, node):
        path = self._scope.path(node)
        if path is not None and isinstance(node.ctx, ast.Load):
            if self._scope.owner(node.id).is_imported(node.id):  # else its assignment was reported
                self._name(node, path)
        elif node.id in _older_names.WORDS and self._scope.owner(node.id) is None:
            self._say(node, "words without an import", node.id, _older_names.WORDS[node.id])

    def _name(self, node, path):
        found = instead_of(path)
        if found is not None:
            for _ in range(canonical(path).count(".") - found[0].count(".")):  # of nl.fp32.min, nl.fp32
                node = node.value if isinstance(node, ast.Attribute) else node
            self._say(node, short(found[0]), ast.unparse(node), found[1])
        elif ast.unparse(node).startswith("neuronxcc.nki"):  # spelled out
            self._say(node, "neuronxcc.nki", path, canonical(path))

    # Functions and loops

    def visit_FunctionDef(self, node):
        for each in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults, node.returns]:
            if each is not None:
                self.visit(each)
        for each in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            if each.annotation is not None:
                self.visit(each.annotation)
        if node.name in self._kernels:
            self._kernel(node)
        self._inside(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self._inside(node, [node.body])

    def _inside(self, node, body):
        outer, self._scope = self._scope, Scope(node, self._scope)
        for each in body:
            self.visit(each)
        self._scope = outer

    def visit_While(self, node):
        if self._scope.kind(node.test) == "register":
            self._say(node, "while on a register", f"while {ast.unparse(node.test)}", "nl.while_loop (deprecated)")
        self.generic_visit(node)

    def _kernel(self, node):
        scope = Scope(node, self._scope)
        results = [each.value for each in own_nodes(node) if isinstance(each, ast.Return) and each.value is not None]
        if not results and self._is_beta1:
            first = {}
            for name, place in _written(node, scope):
                first.setdefault(name, place)
            for name, place in first.items():
                instead = "make it with nl.ndarray(shape, dtype, buffer=nl.shared_hbm) and return it"
                self._say(place, "output parameters", f"output parameter {name}", instead)
        if node.name in self._called:  # what a kernel hands to another one may lie anywhere
            return
        returned = {each.id for result in results for each in ast.walk(result) if isinstance(each, ast.Name)}
        for each in own_nodes(node):
            if isinstance(each, ast.Assign) and any(isinstance(t, ast.Name) and t.id in returned for t in each.targets):
                self._buffer_of_result(each.value, scope)

    def _buffer_of_result(self, node, scope):
        for keyword in node.keywords if isinstance(node, ast.Call) else []:
            path = canonical(scope.path(keyword.value) or "")
            if keyword.arg == "buffer" and path in ("nki.language.hbm", "nki.language.private_hbm"):
                self._say(keyword.value, "buffers of results", f"{short(path)} of a result", "nl.shared_hbm")

    # Calls and assignments

    def visit_Call(self, node, target=None, adds=False):
        path = self._scope.path(node.func)
        if path is not None and canonical(path).startswith("nki."):
            Call(node, path, self._scope, self._say).check(target, adds)
        if canonical(path or "") == "nki.jit" and len(node.args) > 1:
            self._say(node.args[1], "mode=", "the mode of nki.jit", _older_names.KEYWORDS["nki.jit", "mode"])
        self.generic_visit(node)

    def _value(self, node, target=None, adds=False):
        if isinstance(node, ast.Call):
            self.visit_Call(node, target, adds)
        elif node is not None:
            self.visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            self._assigned(target, node.value)
            self.visit(target)
        self._value(node.value, node.targets[0])

    def visit_AnnAssign(self, node):
        self.visit(node.annotation)
        self._assigned(node.target, node.value)
        self.visit(node.target)
        self._value(node.value, node.target)

    def _assigned(self, target, value):
        """tile[...] = value, unless the value is an instruction, of which the call says more."""
        if not isinstance(target, ast.Subscript) or not self._scope.is_tile(target):
            return
        if value is None or self._is_older_result(value):
            return
        text, instruction, source = ast.unparse(target), "tensor_copy", "..."
        path = self._scope.path(value.func) if isinstance(value, ast.Call) else None
        if canonical(path or "") == "nki.language.load" and value.args:
            instruction, source = "dma_copy", ast.unparse(value.args[0])
        instead = f"nisa.{instruction}(dst={text}, src={source})"
        self._say(target, "assignments into tiles", f"{text} = ...", instead)

    def _is_older_result(self, node):
        path = self._scope.path(node.func) if isinstance(node, ast.Call) else None
        return path is not None and is_beta1(path) and instruction_name(path) is not None

    def visit_AugAssign(self, node):
        tiles = self._scope.is_tile(node.target) or self._scope.is_tile(node.value)
        if tiles and type(node.op) in _BINARY and not self._is_older_result(node.value):
            target, (symbol, name) = ast.unparse(node.target), _BINARY[type(node.op)]
            instead = f"nisa.tensor_tensor(dst={target}, data1={target}, data2=..., op=nl.{name})"
            function = node.value.func if isinstance(node.value, ast.Call) else None
            if canonical(self._scope.path(function) or "") == "nki.language.matmul":
                instead = f"nisa.nc_matmul(dst={target}, ...), which adds to what it wrote there before"
            self._say(node, "operators on tiles", f"{target} {symbol}= ...", instead)
        self.visit(node.target)
        self._value(node.value, node.target, adds=True)

    # Operators and subscripts

    def visit_BinOp(self, node):
        self._operator(node, type(node.op), node.left, node.right)
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        self._operator(node, type(node.op), node.operand)
        self.generic_visit(node)

    def visit_Compare(self, node):
        for op, left, right in zip(node.ops, [node.left, *node.comparators], node.comparators, strict=False):
            if not any(isinstance(each, ast.Constant) and each.value is None for each in (left, right)):
                self._operator(node, type(op), left, right)
        self.generic_visit(node)

    def _operator(self, node, op, *operands):
        if op not in _BINARY or not any(self._scope.is_tile(each) for each in operands):
            return
        symbol, name = _BINARY[op]
        texts = [_brief(each) for each in operands]
        if op is ast.Div:  # nl.divide has no instruction on a device
            inverse = f"nl.reciprocal({texts[1]})" if self._scope.is_tile(operands[1]) else f"1 / {texts[1]}"
            name, texts = "multiply", [texts[0], inverse]
        self._say(node, "operators on tiles", f"operator {symbol} on a tile", f"nl.{name}({', '.join(texts)})")

    def visit_Subscript(self, node):
        if isinstance(node.value, ast.Name) and node.value.id in self._kernels and isinstance(node.ctx, ast.Load):
            axes = len(node.slice.elts) if isinstance(node.slice, ast.Tuple) else 1
            value = constant(node.slice)
            if axes > 1 or (type(value) is int and value > 2):
                instead = f"{node.value.id}[1] or {node.value.id}[2], for one or two cores, and loops in the kernel"
                self._say(node, "grids", ast.unparse(node), instead)
        self.generic_visit(node)


def _brief(node):
    text = ast.unparse(node)
    return text if len(text) <= _LONG else "..."


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def _makes_a_kernel(node, scope):
    """nki.jit, or nki.jit(...) with options."""
    if isinstance(node, ast.Call) and not any(isinstance(each, ast.Name) for each in node.args):
        node = node.func
    return canonical(scope.path(node) or "") in _MAKERS


def _kernels(tree, scope):
    """The names of functions that are kernels, and of kernels made of functions."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names |= {node.name} if any(_makes_a_kernel(each, scope) for each in node.decorator_list) else set()
        elif isinstance(node, ast.Call) and node.args and _makes_a_kernel(node.func, scope):
            function = node.args[0].value if isinstance(node.args[0], ast.Subscript) else node.args[0]
            names |= {function.id} if isinstance(function, ast.Name) else set()
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            made = node.value.args and _makes_a_kernel(node.value.func, scope)
            names |= {each.id for each in node.targets if made and isinstance(each, ast.Name)}
    return names


def _called_by_functions(tree):
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    calls = [node.func for function in functions for node in own_nodes(function) if isinstance(node, ast.Call)]
    return {each.id for each in calls if isinstance(each, ast.Name)}


def _written(function, scope):
    """(name, place) of each parameter that the function stores into."""
    names = set(parameters(function))
    for node in own_nodes(function):
        if isinstance(node, ast.Call):
            path = canonical(scope.path(node.func) or "")
            places = [each.value for each in node.keywords if each.arg == "dst" and path.startswith("nki.")]
            places += node.args[:1] if path == "nki.language.store" else []
        else:
            targets = node.targets if isinstance(node, ast.Assign) else []
            places = [each for each in targets if isinstance(each, ast.Subscript)]
        for place in places:
            inside = place.value if isinstance(place, ast.Subscript) else place
            if isinstance(inside, ast.Name) and inside.id in names:
                yield inside.id, place
