"""The interface of NKI's Beta 1. Only `typing` is here, which current kernels of AWS still take from it."""


def __getattr__(name):
    raise AttributeError(
        f"neuronxcc.nki.{name}: of NKI's Beta 1 nki-py has neuronxcc.nki.typing alone; "
        "'import nki' is the current interface"
    )
