"""What kernels were compiled to: programs, which torch and JAX name by their keys, and how to give results back."""

import functools
import hashlib
import threading
import weakref

from nki import _core, _numpy, _settings


class Program:
    """What was compiled, the same for all kernels that say the same. Immutable; found by `find` while it is alive."""

    def __init__(self, key, graph, plan, input_names):
        self.key = key
        self.graph = graph
        self.plan = plan
        self.name = plan.name
        self.grid = tuple(graph.grid)
        self.inputs = plan.inputs
        self.outputs = plan.outputs
        self.input_names = input_names
        self.output_names = tuple(graph.output_names)
        self.mutated = plan.mutated
        self.aliases = plan.aliases
        self.forms = {}  # door -> what it keeps of the program
        _core.add_compiled(key, plan)
        weakref.finalize(self, _core.remove_compiled, key).atexit = False

    @functools.cached_property
    def numpy_outputs(self):
        return [(shape, _numpy.numpy_dtype(dtype)) for shape, dtype in self.outputs]


class Specialization:
    """A kernel compiled for one set of shapes, dtypes and arguments: a program and the form of its result.

    Its graph and plan are its own: those of the program may name the lines of another kernel that says the same.
    """

    def __init__(self, program, graph, plan, form, captured, warnings):
        self.program = program
        self.key, self.graph, self.plan = program.key, graph, plan
        self.name, self.grid = program.name, program.grid
        self.inputs, self.outputs = program.inputs, program.outputs
        self.input_names, self.output_names = program.input_names, program.output_names
        self.mutated, self.aliases = program.mutated, program.aliases
        self.captured = captured
        self.warnings = warnings  # for the user, when it was compiled
        self.form = form._replace(outputs=None)  # tensors belong to the trace
        self.rebuild = self.form.rebuild

    @property
    def numpy_outputs(self):
        return self.program.numpy_outputs


_programs = weakref.WeakValueDictionary()  # key -> Program: alive while a kernel or a framework's program has it
_publishing = threading.Lock()
# key -> Program that a framework's compiled code names by its key; when that code goes, nobody says. It grows with what
# kernels say and not with calls or compilations: a program that says the same is the same one. Each takes some 5 kB and
# 0.14 kB an instruction (measured), less than what the frameworks keep beside it, which bound themselves: torch.compile
# 8 forms of a function (torch._dynamo.config.recompile_limit), JAX 8192 executables of all jitted functions.
_kept = {}


def find(key):
    """The program with this content key, or None if no kernel of this process has it."""
    return _programs.get(key)


def keep(program):
    """Keeps a program for the rest of the process."""
    _kept[program.key] = program


def publish(graph, plan, names):
    """The program of a planned graph: the one that says the same if there is one, else a new one."""
    text = graph.text()
    digest = hashlib.sha256(text.encode())
    for content in graph.constants():
        digest.update(content)
    key = f"nki1-{digest.hexdigest()[:40]}"
    if _settings.graph_file is not None:
        _settings.write_graph(text)
    with _publishing:
        program = _programs.get(key)
        if program is None:
            program = _programs[key] = Program(key, graph, plan, names)
    return program
