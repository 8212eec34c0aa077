"""What names stand for in a Python file, by its text alone: names of NKI, and what surely is a tile or a register."""

import ast
import collections

from nki import _core, _older_names, isa, language

# Functions of nki.language that return no tile.
_OTHERS = frozenset(
    "affine_range arange atomic_rmw bfp16 constants device_print ds dynamic_range finfo fori_loop fp32 gemm_grid "
    "gemm_stationary_grid is_hbm is_on_chip is_psum is_sbuf iterators mgrid nc no_reorder num_programs par_dim "
    "program_id program_ndim random_seed range sequential_range spmd_dim static_range store while_loop".split()
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def canonical(path):
    """The dotted name without the root of Beta 1: neuronxcc.nki.language.load -> nki.language.load."""
    return path.removeprefix("neuronxcc.") if is_beta1(path) else path


def is_beta1(path):
    return path.startswith("neuronxcc.nki")


def own_nodes(scope):
    """The nodes of a module or function that are not in functions or classes inside it."""
    waiting = collections.deque(scope.body if isinstance(scope.body, list) else [scope.body])
    while waiting:
        node = waiting.popleft()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def parameters(function):
    """The names of a function's parameters."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [each.arg for each in every if each is not None]


class Scope:
    """The names of a module or a function. Those of the scopes around it count where it has none."""

    def __init__(self, node, outer=None):
        self._outer = outer
        self._paths = {}  # name -> the dotted name that it was imported as
        self._values = {}  # name -> every value assigned to it; None for one that is not seen
        if isinstance(node, _FUNCTIONS):
            self._values = {name: [None] for name in parameters(node)}
        self._escaped = set()  # names that belong to another scope
        for each in own_nodes(node):
            self._take(each)
        for name in self._escaped:
            self._values.pop(name, None)
        self._kinds = {}
        for kind in ("tile", "register"):
            self._settle(kind)

    def _take(self, node):
        if isinstance(node, ast.Import):
            self._import(node)
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            self._assign(node.target, node.value)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            self._escaped.update(node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._values.setdefault(node.name, []).append(None)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._assign(node.target, None)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._assign(node.optional_vars, None)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self._values.setdefault(node.name, []).append(None)

    def _assign(self, target, value):
        if isinstance(target, ast.Name):
            self._values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Starred):
            self._assign(target.value, None)
        elif isinstance(target, (ast.Tuple, ast.List)):
            same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            for i, each in enumerate(target.elts):
                self._assign(each, value.elts[i] if same else None)

    def _import(self, node):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self._bind(name, alias.name if alias.asname else name)

    def _import_from(self, node):
        if node.level or node.module is None:
            return
        for alias in node.names:
            if alias.name != "*":
                self._bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
            elif canonical(node.module) in ("nki.isa", "nki.language"):
                for name in _public_names(canonical(node.module)):
                    self._bind(name, f"{node.module}.{name}")

    def _bind(self, name, path):
        """Of `try: import neuronxcc.nki …, except: import nki …` the older one tells what the file was written for."""
        if not (name in self._paths and is_beta1(self._paths[name])):
            self._paths[name] = path

    def _settle(self, kind):
        """Finds the names whose values are all of the kind: starts from all names and drops until nothing changes."""
        candidates = {name for name, values in self._values.items() if values and None not in values}
        self._kinds.update(dict.fromkeys(candidates - set(self._kinds), kind))
        changed = True
        while changed:
            wrong = [n for n in candidates if self._kinds.get(n) == kind and not self._all_are(n, kind)]
            for name in wrong:
                del self._kinds[name]
            changed = bool(wrong)

    def _all_are(self, name, kind):
        return all(self.kind(value) == kind for value in self._values[name])

    def owner(self, name):
        """The innermost scope that binds the name, or None."""
        scope = self
        while scope is not None and name not in scope._paths and name not in scope._values:
            scope = scope._outer
        return scope

    def is_imported(self, name):
        return name in self._paths

    def path(self, node):
        """The dotted name of an expression, or None: n.dma_copy is nki.isa.dma_copy after `import nki.isa as n`."""
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return f"{inner}.{node.attr}" if inner else None
        if not isinstance(node, ast.Name):
            return None
        owner = self.owner(node.id)
        return owner and owner._path_of(node.id)

    def _path_of(self, name):
        if name in self._paths:
            return self._paths[name]
        values = self._values[name]
        if len(values) != 1 or not isinstance(values[0], (ast.Name, ast.Attribute)):
            return None
        self._values[name] = [None]  # for a name that is assigned itself
        path = self.path(values[0])
        self._values[name] = values
        return path

    def is_tile(self, node):
        return self.kind(node) == "tile"

    def kind(self, node):
        """ "tile" or "register" if the expression surely is one, or None."""
        if isinstance(node, ast.Name):
            owner = self.owner(node.id)
            return owner and owner._kinds.get(node.id)
        if isinstance(node, ast.Call):
            return _kind_of_call(self.path(node.func), node)
        if isinstance(node, ast.Subscript):
            inside = [node.value]
        elif isinstance(node, ast.BinOp):
            inside = [node.left, node.right]
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
            inside = [node.operand]
        else:
            return None
        return "tile" if any(self.is_tile(each) for each in inside) else None


def _kind_of_call(path, node):
    if path is None:
        return None
    module, _, name = canonical(path).rpartition(".")
    if module == "nki.isa" and name == "register_alloc":
        return "register"
    if module == "nki.language" and name not in _OTHERS and name in _public_names(module):
        return None if isinstance(getattr(language, name, None), type) else "tile"
    if module == "nki.isa" and is_beta1(path) and name in _core.instructions:
        return None if any(keyword.arg == "dst" for keyword in node.keywords) else "tile"
    return None


def _public_names(module):
    """The names of nki.isa or nki.language, of all releases."""
    here = isa if module == "nki.isa" else language
    return [*here.__all__, *_older_names.REMOVED[module]]
