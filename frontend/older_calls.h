// Calls as older releases of NKI spelled them: other orders of positional arguments, and keywords that went
// away.
#ifndef NKI_FRONTEND_OLDER_CALLS_H_
#define NKI_FRONTEND_OLDER_CALLS_H_

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <vector>

namespace nki {

// If the first `positional` arguments have the types of an older order, moves them to the slots of their
// fields and returns true. `fields` are interned names, `slots` the arguments in their order.
bool ReadOlderOrder(std::string_view instruction, const std::vector<PyObject*>& fields, PyObject** slots,
                    size_t positional);

// Throws where positional arguments mean one thing in today's order and another in an older one, or something
// that went away.
void RefuseOlderOrder(std::string_view instruction, PyObject* const* slots, size_t positional);

// The field that a keyword of an older release is called now, or empty.
std::string_view RenamedKeyword(std::string_view instruction, std::string_view keyword);

// What to use instead of a keyword that a release removed, or empty.
std::string RemovedKeyword(std::string_view instruction, std::string_view keyword);

// The tables, for nki-py --migrate: older_orders and older_keywords of the module.
void BindOlderCalls(pybind11::module_& module);

}  // namespace nki

#endif  // NKI_FRONTEND_OLDER_CALLS_H_
