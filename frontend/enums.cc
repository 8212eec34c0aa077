#include "frontend/enums.h"

#include <string>
#include <vector>

#include "memory/error.h"

namespace nki {
namespace {

bool IsPerfMode(const EnumRow& row) { return std::string_view(row.name) == EnumOf<PerfMode>::kRow.name; }

// nki.language.MemoryRegion: values are the members' names.
constexpr const char* kRegionNames[] = {"sbuf", "psum", "private_hbm", "shared_hbm"};
constexpr EnumRow kRegionRow = {"MemoryRegion", kRegionNames, 4};
constexpr Space kRegions[] = {Space::kSbuf, Space::kPsum, Space::kPrivateHbm, Space::kSharedHbm};

const EnumRow* const kRows[] = {&EnumOf<Engine>::kRow,
                                &EnumOf<ReduceCmd>::kRow,
                                &EnumOf<DgeMode>::kRow,
                                &EnumOf<OobMode>::kRow,
                                &EnumOf<PerfMode>::kRow,
                                &EnumOf<DmaEngine>::kRow,
                                &kRegionRow};

struct EnumObjects {
  const EnumRow* row;
  std::vector<PyObject*> members;  // owned for the life of the process
};

std::vector<EnumObjects>& Enums() {
  static auto* enums = new std::vector<EnumObjects>;
  return *enums;
}

const EnumObjects& ObjectsOf(const EnumRow& row) {
  for (const EnumObjects& objects : Enums()) {
    if (objects.row == &row || std::string_view(objects.row->name) == row.name) return objects;
  }
  throw InternalError(std::string("no enumeration ") + row.name);
}

std::vector<PyObject*>& DtypeNames() {
  static auto* names = [] {
    auto* made = new std::vector<PyObject*>;
    for (const DtypeRow& row : kDtypeRows) made->push_back(PyUnicode_InternFromString(row.name.data()));
    return made;
  }();
  return *names;
}

// The name by which an object that is not a string calls a dtype: `name` of NumPy and ml_dtypes dtypes,
// `__name__` of scalar types, the text of torch dtypes.
std::string DtypeNameOf(PyObject* value) {
  py::handle object(value);
  for (const char* attribute : {"name", "__name__"}) {
    if (py::hasattr(object, attribute) && py::isinstance<py::str>(object.attr(attribute))) {
      return py::cast<std::string>(object.attr(attribute));
    }
  }
  return py::cast<std::string>(py::str(object));
}

}  // namespace

void BindEnums(py::module_& module) {
  const py::object make = py::module_::import("nki._missing").attr("Enumeration");
  for (const EnumRow* row : kRows) {
    const bool named_values = row == &kRegionRow || IsPerfMode(*row);
    py::list members;
    for (int i = 0; i < row->count; ++i) {
      const py::object value =
          named_values ? py::object(py::str(row->members[i])) : py::object(py::int_(i + row->first));
      members.append(py::make_tuple(row->members[i], value));
    }
    const py::object type = make(row->name, members);
    type.attr("__module__") = row == &kRegionRow ? "nki.language" : "nki.isa";
    module.attr(row->name) = type;
    EnumObjects objects = {row, {}};
    for (int i = 0; i < row->count; ++i)
      objects.members.push_back(py::object(type.attr(row->members[i])).release().ptr());
    Enums().push_back(std::move(objects));
  }
}

PyObject* EnumMember(const EnumRow& row, int value) { return ObjectsOf(row).members[value]; }

int EnumValue(const EnumRow& row, PyObject* member) {
  const std::vector<PyObject*>& members = ObjectsOf(row).members;
  for (size_t i = 0; i < members.size(); ++i) {
    if (members[i] == member) return static_cast<int>(i);
  }
  return -1;
}

int EnumValueOrOlder(const EnumRow& row, PyObject* value) {
  if (PyLong_CheckExact(value)) {
    const long number = PyLong_AsLong(value);
    PyErr_Clear();
    return 0 <= number && number < row.count ? static_cast<int>(number) : -1;
  }
  // use_gpsimd_dma of NKI 0.1 and 0.2.
  if (&row == &EnumOf<DmaEngine>::kRow && PyBool_Check(value)) {
    return static_cast<int>(value == Py_True ? DmaEngine::kGpsimdDma : DmaEngine::kDma);
  }
  for (int i = 0; IsPerfMode(row) && PyUnicode_Check(value) && i < row.count; ++i) {
    if (PyUnicode_CompareWithASCIIString(value, row.members[i]) == 0) return i;
  }
  return EnumValue(row, value);
}

std::string EnumMembers(const EnumRow& row) {
  std::string text;
  for (int i = 0; i < row.count; ++i) text += (i ? ", " : "") + std::string(row.name) + "." + row.members[i];
  return text;
}

PyObject* DtypeName(Dtype dtype) { return DtypeNames()[static_cast<int>(dtype)]; }

Dtype ReadDtype(PyObject* value) {
  const std::vector<PyObject*>& names = DtypeNames();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == value) return static_cast<Dtype>(i);
  }
  const std::string name =
      PyUnicode_Check(value) ? py::cast<std::string>(py::handle(value)) : DtypeNameOf(value);
  if (const auto dtype = ParseDtype(name)) return *dtype;
  std::string known;
  for (const DtypeRow& row : kDtypeRows) known += (known.empty() ? "" : ", ") + std::string(row.name);
  ThrowType("dtype " + name + " is not an NKI data type; these are: " + known);
}

PyObject* SpaceMember(Space space) {
  for (int i = 0; i < 4; ++i) {
    if (kRegions[i] == space) return EnumMember(kRegionRow, i);
  }
  throw InternalError("no memory region");
}

Space ReadSpace(PyObject* value) {
  if (value == Py_None) return Space::kSbuf;
  for (int i = 0; PyUnicode_Check(value) && i < kRegionRow.count; ++i) {
    if (PyUnicode_CompareWithASCIIString(value, kRegionNames[i]) == 0) return kRegions[i];
  }
  if (PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "hbm") == 0)
    return Space::kPrivateHbm;
  const int index = EnumValue(kRegionRow, value);
  if (index < 0) {
    ThrowType("buffer must be nl.sbuf, nl.psum, nl.hbm, nl.private_hbm or nl.shared_hbm, got " +
              py::cast<std::string>(py::repr(py::handle(value))));
  }
  return kRegions[index];
}

}  // namespace nki
