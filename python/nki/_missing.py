"""What is said of names that a module or an enumeration does not have."""

import difflib
import dis
import enum
import importlib
import re
import sys

from nki import _older_names

_IMPORT_FROM = dis.opmap["IMPORT_FROM"]
_UNKNOWN_KEYWORD = re.compile(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'")

# Names of NumPy, JAX and torch that nobody would find by their letters.
_KNOWN_ELSEWHERE = {
    "argmax": "nisa.max8 with nisa.nc_find_index8 finds the largest values and where they are",
    "argmin": "nisa.max8 with nisa.nc_find_index8 of nl.negative(x) finds where the smallest values are",
    "argsort": "nisa.topk and nisa.max8 find the largest values, nisa.nc_find_index8 where they are",
    "clip": "write nl.minimum(nl.maximum(x, low), high), or nisa.tensor_scalar with op0=nl.maximum, op1=nl.minimum",
    "concatenate": "write into slices of a tile that holds both",
    "cumprod": "nisa.tensor_tensor_scan and nisa.tensor_scalar_cumulative compute it",
    "cumsum": "nisa.tensor_tensor_scan and nisa.tensor_scalar_cumulative compute it",
    "dot": "nl.matmul, or nisa.nc_matmul",
    "einsum": "nl.matmul, or nisa.nc_matmul",
    "float64": "no engine has 64-bit numbers; use nl.float32",
    "gather": "nl.gather_flattened, nisa.nc_n_gather or nisa.local_gather",
    "int64": "no engine has 64-bit numbers; use nl.int32",
    "iota": "nisa.iota",
    "linspace": "nisa.iota, and nisa.tensor_scalar to scale it",
    "reshape": "x.reshape(shape) is a method",
    "roll": "copy two slices",
    "sort": "nisa.topk and nisa.max8 find the largest values",
    "split": "slices of a tile are views",
    "squeeze": "x.squeeze_dim(dim) is a method",
    "stack": "write into slices of a tile that holds both",
    "std": "nl.sqrt(nl.var(x, axis=...))",
    "take": "nl.gather_flattened, nisa.nc_n_gather or nisa.local_gather",
    "uint64": "no engine has 64-bit numbers; use nl.uint32",
}
_SIBLINGS = {"nki.isa": "nki.language", "nki.language": "nki.isa"}


def missing(module, name, instead=None):
    """The error of a module that lacks the name, for its __getattr__ to raise.

    An AttributeError, or an ImportError with the same advice where `from module import name` asks, of which Python
    would keep none of it.

    Args:
        instead: what the module says of this name; if None, what is known of older releases and of similar names.
    """
    place = module.__name__
    removed = _older_names.REMOVED.get(place, {}).get(name)
    if removed is not None:
        text, instead = f"{place}.{name} was removed in NKI {removed[0]}; {removed[1]}{_beta1(place, name)}", None
    else:
        text, instead = f"module {place!r} has no attribute {name!r}", instead or _advice(module, name)
    if _imports(sys._getframe(1).f_back):
        asked = f"cannot import name {name!r} from {place!r}"
        return ImportError(f"{asked}: {instead or text}" if instead or removed else asked, name=place)
    # Without the name: with it, Python adds a guess of its own when it prints the error.
    return AttributeError(f"{text}: {instead}", name=None) if instead else AttributeError(text, name=None)


def _beta1(place, name):
    """Where kernels of Beta 1 find what went with it."""
    try:
        owner = importlib.import_module(f"neuronxcc.{place}")
    except ImportError:
        return ""
    return f"; kernels of Beta 1 find it in neuronxcc.{place}" if hasattr(owner, name) else ""


def _imports(caller):
    """Whether `from module import name` is what the frame is at."""
    return caller is not None and caller.f_code.co_code[caller.f_lasti] == _IMPORT_FROM


def _advice(module, name):
    if name.startswith("_"):
        return ""
    place = module.__name__
    sibling = sys.modules.get(_SIBLINGS.get(place))
    if sibling is not None and name in _KNOWN_ELSEWHERE:
        return _KNOWN_ELSEWHERE[name]
    found = [f"{place}.{close}" for close in close_to(name, module.__all__)]
    if sibling is not None:
        there = [name] if name in sibling.__all__ else [] if found else close_to(name, sibling.__all__)
        found += [f"{sibling.__name__}.{close}" for close in there]
    return f"did you mean {' or '.join(found)}?" if found else ""


def close_to(name, names):
    """[the one of the names that is most like `name`], or []."""
    return difflib.get_close_matches(name, names, 1, 0.7)


def explain_keyword(error):
    """Adds to a TypeError, if it is about a keyword that nki.language's functions had in older releases, what to do."""
    unknown = _UNKNOWN_KEYWORD.fullmatch(str(error))
    if unknown is None or unknown[1] not in sys.modules["nki.language"].__all__:
        return
    place = f"nki.language.{unknown[1]}"
    known = _older_names.KEYWORDS
    instead = known.get((place, unknown[2])) or known.get(("", unknown[2]))
    if instead is not None:
        error.args = (f"{error}; {place} had it in older releases of NKI: {instead}",)


class Named(enum.EnumMeta):
    """The type of enumerations that say which members they have when asked for another."""

    def __getattr__(cls, name):
        members = cls.__dict__.get("_member_map_", {})
        if name in members:  # Python 3.11 finds them here
            return members[name]
        text = f"{cls.__module__}.{cls.__name__} has no member {name!r}"
        if not name.startswith("_"):
            close = close_to(name, members)
            text += f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(members)}"
        raise AttributeError(text, name=None)


class Enumeration(enum.Enum, metaclass=Named):
    """What the enumerations of nki.isa and nki.language are."""
