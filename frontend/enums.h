// NKI's enumerations and dtype names as Python objects, compared by identity.
#ifndef NKI_FRONTEND_ENUMS_H_
#define NKI_FRONTEND_ENUMS_H_

#include <pybind11/pybind11.h>

#include <optional>

#include "isa/enums.h"
#include "memory/dtype.h"
#include "memory/space.h"

namespace nki {

namespace py = pybind11;

// Makes the enumeration classes as attributes of `module`.
void BindEnums(py::module_& module);

// The Python member for a value; borrowed.
PyObject* EnumMember(const EnumRow& row, int value);
// The value of a member of `row`'s class, or -1.
int EnumValue(const EnumRow& row, PyObject* member);
// The same, also from what NKI 0.1 and 0.2 took in its place: the member's number, or the name of a
// matmul_perf_mode.
int EnumValueOrOlder(const EnumRow& row, PyObject* value);
// "engine.vector, engine.gpsimd, …"
std::string EnumMembers(const EnumRow& row);

PyObject* DtypeName(Dtype dtype);  // an interned string; borrowed
// From a name, a NumPy dtype or scalar type, a torch or ml_dtypes dtype. Throws ArgumentError.
Dtype ReadDtype(PyObject* value);

PyObject* SpaceMember(Space space);  // a MemoryRegion; borrowed
// From a MemoryRegion, from its name as in NKI 0.1 and 0.2 ("hbm" is private_hbm), or None for SBUF.
Space ReadSpace(PyObject* value);  // throws ArgumentError

}  // namespace nki

#endif  // NKI_FRONTEND_ENUMS_H_
