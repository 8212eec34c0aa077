"""nki.dtype: what data types are, and their names, for kernels that annotate with it and tests that import it."""

import sys

from nki._language import dtypes as _dtypes


class _AnyString(type):
    """Data types are strings, and every one of them is a dtype."""

    def __instancecheck__(cls, value):
        return isinstance(value, str)


class dtype(metaclass=_AnyString):
    """A data type of NKI, a string; nki.dtype.bfloat16 is nl.bfloat16.

    AWS's kernel library says `import nki.dtype as nt` (SDK 2.28); there is no page.
    """


for _name, _value in vars(_dtypes).items():
    if type(_value) is str and not _name.startswith("_"):
        setattr(dtype, _name, _value)
sys.modules["nki.dtype"] = dtype  # import nki.dtype
