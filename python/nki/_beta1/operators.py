"""What `op=` takes in Beta 1: functions of nki.language and of NumPy."""

import numpy as np

from nki import language as nl

_OF_NUMPY = {
    np.add: nl.add,
    np.sum: nl.add,
    np.subtract: nl.subtract,
    np.multiply: nl.multiply,
    np.prod: nl.multiply,
    np.divide: nl.divide,
    np.power: nl.power,
    np.maximum: nl.maximum,
    np.max: nl.maximum,
    np.amax: nl.maximum,
    np.minimum: nl.minimum,
    np.min: nl.minimum,
    np.amin: nl.minimum,
    np.equal: nl.equal,
    np.not_equal: nl.not_equal,
    np.greater: nl.greater,
    np.greater_equal: nl.greater_equal,
    np.less: nl.less,
    np.less_equal: nl.less_equal,
    np.logical_and: nl.logical_and,
    np.logical_or: nl.logical_or,
    np.logical_xor: nl.logical_xor,
    np.all: nl.logical_and,
    np.bitwise_and: nl.bitwise_and,
    np.bitwise_or: nl.bitwise_or,
    np.bitwise_xor: nl.bitwise_xor,
    np.invert: nl.invert,
    np.left_shift: nl.left_shift,
    np.right_shift: nl.right_shift,
    np.mean: nl.average,
    np.tanh: nl.tanh,
    np.exp: nl.exp,
    np.log: nl.log,
    np.sin: nl.sin,
    np.arctan: nl.arctan,
    np.sqrt: nl.sqrt,
    np.reciprocal: nl.reciprocal,
    np.sign: nl.sign,
    np.abs: nl.abs,
    np.square: nl.square,
    np.copy: nl.copy,
}


def operator(op):
    """The operator of nki.language that a function of NumPy stands for; anything else is left to the instruction."""
    try:
        return _OF_NUMPY.get(op, op)
    except TypeError:  # unhashable
        return op
