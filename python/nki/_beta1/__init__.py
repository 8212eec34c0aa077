"""Beta 1 of NKI (SDK 2.20 to 2.26): what `neuronxcc.nki` is made of. See README.md."""
