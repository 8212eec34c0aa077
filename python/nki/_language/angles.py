"""Any float32 as an angle between -pi and pi: the nearest multiple of 2 pi is taken away, exactly enough for its sine.

What is at least 2^18 goes first: its bits are taken in groups of 14 from the top, and a group n 2^s is replaced by
n (2^s mod 2 pi), in three parts. Products and sums of the first two parts are exact (n has 13 bits and a sign, at most
three groups of a float32 are not 0), and of the third the error is below 2^-28.
"""

import math

from nki import isa as nisa
from nki._language import dtypes
from nki._language.elementwise import add, maximum, minimum, multiply, subtract
from nki._language.tiles import new_tile

_F32 = dtypes.float32
# Adding and subtracting it rounds a float32 below 2^22 to an integer.
_ROUNDER = 1.5 * 2.0**23
# 2 pi in parts of 8 bits and a rest: products with an integer of up to 16 bits are exact.
_TWO_PI = tuple(map(float.fromhex, ("0x1.92p2", "0x1.fcp-10", "-0x1.58p-19", "0x1.10b462p-28")))
_GROUP = 14
_GROUPS = range(116, 17, -_GROUP)  # the lowest exponents of the groups
_LONG_TWO_PI = 2 * 0x3243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89  # times 2^256
# Dtypes whose values are all below a power of two.
_BELOW = {"int32": 32, "uint32": 33} | dict.fromkeys(("float16", "int16", "uint16", "int8", "uint8", "bool_"), 17)


def reduced(x):
    """x less the nearest multiple of 2 pi: between -pi and pi, or a little outside. NaN of infinity."""
    groups = [exponent for exponent in _GROUPS if exponent < _BELOW.get(x.dtype, 128)]
    rest, parts = _without_groups(x, groups) if groups else (x, [])
    turns = new_tile(x.shape, _F32)
    total = rest
    for part in parts[:2]:
        total = _sum(total, part)
    nisa.tensor_scalar(turns, total, multiply, 1 / (2 * math.pi), False, add, _ROUNDER)
    nisa.tensor_scalar(turns, turns, subtract, _ROUNDER)
    angle = _sum_of_product(turns, -_TWO_PI[0], parts[0] if parts else rest)
    if parts:
        angle = _sum(_sum(angle, rest), parts[1])
    angle = _sum_of_product(turns, -_TWO_PI[1], angle)
    small = multiply(turns, -_TWO_PI[3], _F32)  # apart, so that one sum alone is rounded to the bits of pi
    small = _sum_of_product(turns, -_TWO_PI[2], _sum(small, parts[2]) if parts else small)
    return _sum(angle, small)


def _without_groups(x, exponents):
    """x without the bits of the groups, and angles in three parts that are those bits, but for turns."""
    sums = []
    for exponent in exponents:
        group = new_tile(x.shape, _F32)
        if exponent == _GROUPS[0]:  # the number that rounds would not be finite, nor what is rounded to 2^128
            nisa.tensor_scalar(group, x, multiply, 2.0**-exponent, False, add, _ROUNDER)
            nisa.tensor_scalar(group, group, subtract, _ROUNDER, False, minimum, 4095.0)
            nisa.tensor_scalar(group, group, maximum, -4095.0, False, multiply, 2.0**exponent)
        else:
            rounder = _ROUNDER * 2.0**exponent
            nisa.tensor_scalar(group, x, add, rounder, False, subtract, rounder)
        rest = new_tile(x.shape, _F32)
        nisa.tensor_tensor(rest, x, group, subtract)
        x = rest
        factors = [part / 2.0**exponent for part in _angle_of_power(exponent)]
        if sums:
            sums = [_sum_of_product(group, factor, part) for factor, part in zip(factors, sums, strict=True)]
        else:
            sums = [multiply(group, factor, _F32) for factor in factors]
    return x, sums


def _angle_of_power(exponent):
    """2^exponent mod 2 pi in three parts: multiples of 2^-7, of 2^-17, and the rest."""
    angle = (1 << (exponent + 256)) % _LONG_TWO_PI
    if angle > _LONG_TWO_PI // 2:
        angle -= _LONG_TWO_PI
    parts = []
    for bits in (7, 17):
        unit = 1 << (256 - bits)
        count = (angle + unit // 2) // unit
        parts.append(count / 2.0**bits)
        angle -= count * unit
    return [*parts, angle / 2.0**256]


def _sum(a, b):
    result = new_tile(a.shape, _F32)
    nisa.tensor_tensor(result, a, b, add)
    return result


def _sum_of_product(tile, factor, addend):
    result = new_tile(tile.shape, _F32)
    nisa.scalar_tensor_tensor(result, tile, multiply, factor, add, addend)
    return result
