"""nl.tile_size: the sizes of the target's memories and tiles."""

import os

from nki import _core, _settings
from nki._missing import close_to

_PE_TRANSPOSE = "NKI_DMA_TRANSPOSE_AS_PE_TRANSPOSE"


class _TileSize:
    """Sizes of the target's memories and tiles; inside a kernel of the kernel's target, else of the default one."""

    @property
    def _facts(self):
        target = _core.current_target() if _core.tracing() else _settings.target_of(None)
        return _core.target_facts(target)

    @property
    def pmax(self):
        """Partitions of a tile."""
        return self._facts["partitions"]

    @property
    def psum_bank_fmax(self):
        """float32 elements per partition of a PSUM bank."""
        return self.psum_bank_fmax_bytes // 4

    psum_fmax = psum_bank_fmax  # the name until NKI 0.4

    @property
    def psum_bank_fmax_bytes(self):
        """Bytes per partition of a PSUM bank."""
        return self._facts["psum_bytes"] // self._facts["psum_banks"]

    psum_fmax_bytes = psum_bank_fmax_bytes  # the name in NKI 0.4

    @property
    def psum_num_banks(self):
        """PSUM banks; from trn2 one is lent to dma_transpose if NKI_DMA_TRANSPOSE_AS_PE_TRANSPOSE is true.

        Source: nki.language.tile_size, NKI 0.6.
        """
        facts = self._facts
        lent = facts["nc_version"] >= 3 and os.environ.get(_PE_TRANSPOSE, "").lower() in ("1", "true")
        return facts["psum_banks"] - lent

    @property
    def gemm_stationary_fmax(self):
        """Free elements of nc_matmul's stationary operand."""
        return self._facts["stationary_free_max"]

    @property
    def gemm_moving_fmax(self):
        """Free elements of nc_matmul's moving operand that every target takes.

        trn3's instruction takes more; AWS's kernels for it count on this number (MX deep dive, NKI 0.6).
        """
        return 512

    @property
    def sbuf_size_bytes(self):
        """Bytes of all partitions of SBUF."""
        return self._facts["sbuf_bytes"] * self.pmax

    @property
    def sbuf_fmax_bytes(self):
        """Bytes per partition of SBUF."""
        return self._facts["sbuf_bytes"]

    @property
    def sbuf_fmax(self):
        """float32 elements per partition of SBUF."""
        return self.sbuf_fmax_bytes // 4

    total_available_sbuf_size = sbuf_fmax_bytes  # the name until NKI 0.4

    bn_stats_fmax = 512  # nki.isa.bn_stats, NKI 0.6
    psum_min_align = 4  # bytes; a word is the smallest unit that tensors do not share
    sbuf_min_align = 4

    def __getattr__(self, name):
        close = close_to(name, [each for each in dir(self) if not each.startswith("_")])
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise AttributeError(f"nl.tile_size has no attribute {name!r}{hint}", name=None)


tile_size = _TileSize()
