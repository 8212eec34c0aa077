// Elementwise instructions that work on HBM directly, where the copies to and from the chip are all that
// surrounds them.
#ifndef NKI_INTERPRETER_COPY_ELISION_H_
#define NKI_INTERPRETER_COPY_ELISION_H_

#include "interpreter/plan.h"

namespace nki {

// Finds instructions whose operands are each loaded from rows of HBM for them alone, and whose result is only
// stored to rows of HBM: the steps of these copies are skipped, and the instruction gets the rows themselves
// as its tiles.
//
// An elementwise result does not care which elements are neighbours, as long as all operands agree: a
// contiguous row of C elements is, byte for byte, a block of 16 partitions with C / 16 elements each
// (tile.h). So the instruction's own body runs on HBM, one block per row, with the same bits and without the
// transposes of two loads and a store. Such steps that follow each other over neighbouring columns or rows
// become one step: memory is then read in long runs.
// Comes before PlaceBarriers, which has to know when memory is really touched.
void ElideCopies(Plan& plan, const std::vector<bool>& overwrites_hbm);

}  // namespace nki

#endif  // NKI_INTERPRETER_COPY_ELISION_H_
