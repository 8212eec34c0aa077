"""Data types, and which one the result of two of them has."""

from nki import _core

# Data types are strings, as in NKI 0.1 and later.
DType = str

bool_ = _core.parse_dtype("bool")
int8 = _core.parse_dtype("int8")
int16 = _core.parse_dtype("int16")
int32 = _core.parse_dtype("int32")
uint8 = _core.parse_dtype("uint8")
uint16 = _core.parse_dtype("uint16")
uint32 = _core.parse_dtype("uint32")
float16 = _core.parse_dtype("float16")
float32 = _core.parse_dtype("float32")
bfloat16 = _core.parse_dtype("bfloat16")
tfloat32 = _core.parse_dtype("tfloat32")
float8_e4m3 = _core.parse_dtype("float8_e4m3")
float8_e4m3fn = _core.parse_dtype("float8_e4m3fn")
float8_e5m2 = _core.parse_dtype("float8_e5m2")
float8_e8m0fnu = _core.parse_dtype("float8_e8m0fnu")
float8_e4m3fn_x4 = _core.parse_dtype("float8_e4m3fn_x4")
float8_e5m2_x4 = _core.parse_dtype("float8_e5m2_x4")
float4_e2m1fn_x4 = _core.parse_dtype("float4_e2m1fn_x4")

# (bits, signed); bool counts as one unsigned bit.
_INTEGERS = {
    bool_: (1, False),
    int8: (8, True),
    int16: (16, True),
    int32: (32, True),
    uint8: (8, False),
    uint16: (16, False),
    uint32: (32, False),
}
_SIGNED = {8: int8, 16: int16, 32: int32}
_FLOAT_BYTES = {float32: 4, tfloat32: 4, float16: 2, bfloat16: 2}  # the float8 types have one


def is_integer(dtype):
    """True for the integer types and bool."""
    return dtype in _INTEGERS


def promoted(a, b):
    """The type that holds the values of both: of floats the wider one, a float rather than an integer.

    float16 with bfloat16 gives float32, two float8 types give bfloat16, a signed with an unsigned integer the next
    wider signed one, or float32 if there is none. Source: nki.api.shared, "type promotion", NKI 2.26.
    """
    if a == b:
        return a
    if is_integer(a) and is_integer(b):
        return _promoted_integers(*sorted((a, b), key=_INTEGERS.get))
    if is_integer(a) or is_integer(b):
        return b if is_integer(a) else a
    width_a, width_b = _FLOAT_BYTES.get(a, 1), _FLOAT_BYTES.get(b, 1)
    if width_a != width_b:
        return a if width_a > width_b else b
    return {4: float32, 2: float32, 1: bfloat16}[width_a]


def _promoted_integers(narrow, wide):
    (bits, signed), (wide_bits, wide_signed) = _INTEGERS[narrow], _INTEGERS[wide]
    if signed == wide_signed or narrow == bool_ or (wide_signed and wide_bits > bits):
        return wide
    return _SIGNED.get(2 * wide_bits, float32)


def sizeinbytes(dtype):
    """Bytes of one element. AWS's public kernels import it from nki.language.constants, which has no page."""
    return _core.dtype_bytes(dtype)
