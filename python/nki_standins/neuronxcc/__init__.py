"""Stands in for AWS's compiler package, of which kernels import `neuronxcc.nki`."""
