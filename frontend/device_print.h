// Where nki.language.device_print goes.
#ifndef NKI_FRONTEND_DEVICE_PRINT_H_
#define NKI_FRONTEND_DEVICE_PRINT_H_

#include "isa/run_context.h"

namespace nki {

// Writes to Python's sys.stdout. Takes the GIL; a Python error becomes a RunError.
void PrintToPython(const std::string& prefix, const View& tensor, std::span<const std::byte> elements);

}  // namespace nki

#endif  // NKI_FRONTEND_DEVICE_PRINT_H_
