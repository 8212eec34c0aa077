#include "tests/isa/instruction_fixture.h"

#include <bit>
#include <cmath>
#include <set>
#include <tuple>

#include "memory/scalar_types.h"

namespace nki {
namespace {

// Sets the fields that `arguments` names.
class FieldSetter : public FieldVisitor {
 public:
  explicit FieldSetter(const Arguments& arguments) : arguments_(arguments) {}
  ~FieldSetter() override {
    EXPECT_EQ(seen_.size(), arguments_.size()) << "a name is no field of the instruction";
  }

  void Visit(const Field& field, View& value) override { Set<View>(field, value); }
  void Visit(const Field& field, std::optional<View>& value) override { Set<View>(field, value); }
  void Visit(const Field& field, Operand& value) override {
    const Argument* given = Find(field);
    if (given == nullptr) return;
    if (const View* column = std::get_if<View>(&given->value)) {
      value = {Operand::Kind::kColumn, false, 0, *column};
    } else if (const double* constant = std::get_if<double>(&given->value)) {
      value = Operand::Constant(*constant);
    } else if (const int64_t* integer = std::get_if<int64_t>(&given->value)) {
      value = {Operand::Kind::kConstant, true, static_cast<double>(*integer), {}};
    } else if (const Operand* operand = std::get_if<Operand>(&given->value)) {
      value = *operand;
    } else {
      value = {};
    }
  }
  void Visit(const Field& field, AluOp& value) override { Set<AluOp>(field, value); }
  void Visit(const Field& field, std::optional<AluOp>& value) override { Set<AluOp>(field, value); }
  void Visit(const Field& field, ActivationOp& value) override { Set<ActivationOp>(field, value); }
  void Visit(const Field& field, bool& value) override { Set<bool>(field, value); }
  void Visit(const Field& field, std::optional<bool>& value) override { Set<bool>(field, value); }
  void Visit(const Field& field, int64_t& value) override { Set<int64_t>(field, value); }
  void Visit(const Field& field, std::optional<int64_t>& value) override { Set<int64_t>(field, value); }
  void Visit(const Field& field, IntList& value) override { Set<IntList>(field, value); }
  void Visit(const Field& field, std::optional<IntList>& value) override { Set<IntList>(field, value); }
  void Visit(const Field& field, ViewList& value) override { Set<ViewList>(field, value); }
  void Visit(const Field& field, OperandList& value) override { Set<OperandList>(field, value); }
  void Visit(const Field& field, Pattern& value) override { Set<Pattern>(field, value); }
  void Visit(const Field& field, std::string& value) override { Set<std::string>(field, value); }
  void Visit(const Field& field, Register& value) override { Set<Register>(field, value); }
  void Visit(const Field& field, IntOrRegister& value) override {
    const Argument* given = Find(field);
    if (given == nullptr) return;
    if (const Register* reg = std::get_if<Register>(&given->value)) {
      value = {0, *reg};
    } else {
      value = {std::get<int64_t>(given->value)};
    }
  }
  void VisitEnum(const Field& field, const EnumRow&, uint8_t& value) override {
    if (const Argument* given = Find(field)) value = std::get<Argument::Enumerator>(given->value).value;
  }

 private:
  const Argument* Find(const Field& field) {
    const auto found = arguments_.find(field.name);
    EXPECT_TRUE(found != arguments_.end() || !field.required) << field.name << " is missing";
    if (found == arguments_.end()) return nullptr;
    seen_.insert(field.name);
    return &found->second;
  }
  template <typename T, typename Target>
  void Set(const Field& field, Target& value) {
    const Argument* given = Find(field);
    if (given == nullptr || std::holds_alternative<Argument::None>(given->value)) return;
    value = std::get<T>(given->value);
  }

  const Arguments& arguments_;
  std::set<std::string> seen_;
};

}  // namespace

const Generation& Trn2() { return *FindGeneration("trn2"); }
const Generation& Trn3() { return *FindGeneration("trn3"); }

std::unique_ptr<Instruction> MakeInstruction(const std::string& name, const Arguments& arguments) {
  std::unique_ptr<Instruction> instruction = FindInstruction(name)->create();
  FieldSetter setter(arguments);
  instruction->VisitFields(setter);
  return instruction;
}

void InstructionTest::Place() {
  for (size_t id = placements_.size(); id < b.tensors().size(); ++id) {
    const Tensor& tensor = b.tensors()[id];
    Placement placement;
    if (OnChip(tensor.space)) {
      int64_t& used = tensor.space == Space::kSbuf ? sbuf_used_ : psum_used_;
      placement = {0, used};
      used += (tensor.bytes_per_partition() + 3) / 4 * 4;
    }
    placements_.push_back(placement);
    hbm_.emplace_back(OnChip(tensor.space) ? 0 : tensor.bytes());
  }
}

// The layout of memory/tile.h, written down a second time.
std::byte* InstructionTest::Address(const View& view, int64_t index) {
  Place();
  int64_t element = view.offset;
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    element += index % view.dims[axis].count * view.dims[axis].step;
    index /= view.dims[axis].count;
  }
  int64_t byte = element * ItemBytes(view.dtype);
  const int id = view.tensor->id;
  if (!view.on_chip()) return hbm_[id].data() + byte;
  const PartitionedMemory& memory = view.space() == Space::kSbuf ? machine_.sbuf[0] : machine_.psum;
  const int64_t row = view.tensor->bytes_per_partition();
  const int64_t p = placements_[id].partition + byte / row;
  byte = placements_[id].byte + byte % row;
  return memory.base() + p / 16 * memory.block_bytes() + byte / 4 * 64 + p % 16 * 4 + byte % 4;
}

const View& InstructionTest::Fill(const View& view, const std::function<double(int64_t)>& fill) {
  for (int64_t i = 0; i < view.elements(); ++i) {
    if (IsInteger(view.dtype)) {
      StoreBits(view.dtype, static_cast<uint32_t>(static_cast<int64_t>(fill(i))), Address(view, i));
    } else {
      StoreScalar(view.dtype, static_cast<float>(fill(i)), Address(view, i));
    }
  }
  return view;
}

const View& InstructionTest::FillSmall(const View& view) {
  const int64_t seed = view.tensor->id * 5 + 3;
  const double scale = IsInteger(view.dtype) ? 1 : 0.25;
  const int64_t shift = IsInteger(view.dtype) && !IsSigned(view.dtype) ? 0 : 50;
  return Fill(view, [=](int64_t i) { return static_cast<double>((i * 37 + seed) % 101 - shift) * scale; });
}

std::vector<double> InstructionTest::Values(const View& view) {
  std::vector<double> values;
  for (int64_t i = 0; i < view.elements(); ++i) {
    const std::byte* at = Address(view, i);
    if (view.dtype == Dtype::kInt32) {
      values.push_back(static_cast<int32_t>(LoadBits(view.dtype, at)));
    } else if (view.dtype == Dtype::kUint32) {
      values.push_back(LoadBits(view.dtype, at));
    } else {
      values.push_back(LoadScalar(view.dtype, at));
    }
  }
  return values;
}

std::vector<uint32_t> InstructionTest::Bits(const View& view) {
  std::vector<uint32_t> bits;
  for (int64_t i = 0; i < view.elements(); ++i) bits.push_back(LoadBits(view.dtype, Address(view, i)));
  return bits;
}

void InstructionTest::SetBits(const View& view, const std::vector<uint32_t>& bits) {
  for (int64_t i = 0; i < view.elements(); ++i) StoreBits(view.dtype, bits[i], Address(view, i));
}

void InstructionTest::RunBlocks(const Instruction& instruction, BlockRange blocks, const Generation& gen,
                                WriteState destination) {
  std::vector<std::byte*> hbm;
  for (std::vector<std::byte>& tensor : hbm_) hbm.push_back(tensor.data());
  RunContext context{.machine = machine_,
                     .hbm = hbm.data(),
                     .placements = placements_.data(),
                     .blocks = blocks,
                     .portable_math = true,
                     .destination = destination,
                     .gen = &gen,
                     .registers = registers_.data(),
                     .print = print_};
  instruction.Run(context);
}

InstructionTest::Registers InstructionTest::AllRegisters() const {
  return {std::bit_cast<FloatBits>(machine_.scalar_accumulators),
          std::bit_cast<FloatBits>(machine_.vector_accumulators), machine_.vector_random,
          machine_.gpsimd_random};
}

void InstructionTest::SetRegisters(const Registers& registers) {
  machine_.scalar_accumulators = std::bit_cast<std::array<float, 128>>(std::get<0>(registers));
  machine_.vector_accumulators = std::bit_cast<std::array<float, 128>>(std::get<1>(registers));
  machine_.vector_random = std::get<2>(registers);
  machine_.gpsimd_random = std::get<3>(registers);
}

void InstructionTest::Run(const std::string& name, const Arguments& arguments, const Generation& gen,
                          WriteState destination) {
  const std::vector<Diagnostic> found = Found(name, arguments, gen);
  for (const Diagnostic& diagnostic : found)
    ASSERT_EQ(diagnostic.severity, Severity::kWarning) << diagnostic.message;
  const std::unique_ptr<Instruction> instruction = MakeInstruction(name, arguments);
  Place();
  const auto all_bits = [&] {
    std::vector<std::vector<uint32_t>> all;
    for (const Tensor& tensor : b.tensors()) all.push_back(Bits(View::Of(tensor)));
    return all;
  };
  const std::vector<std::vector<uint32_t>> before = all_bits();
  const Registers registers = AllRegisters();
  RunBlocks(*instruction, {}, gen, destination);
  if (!instruction->Splits()) return;
  const std::vector<std::vector<uint32_t>> whole = all_bits();
  const Registers whole_registers = AllRegisters();
  for (const Tensor& tensor : b.tensors()) SetBits(View::Of(tensor), before[tensor.id]);
  SetRegisters(registers);
  RunBlocks(*instruction, {3, 8}, gen, destination);
  RunBlocks(*instruction, {0, 3}, gen, destination);
  EXPECT_EQ(all_bits(), whole) << "two workers differ from one";
  EXPECT_TRUE(AllRegisters() == whole_registers) << "two workers differ from one";
}

std::vector<Diagnostic> InstructionTest::Found(const std::string& name, const Arguments& arguments,
                                               const Generation& gen) {
  const std::unique_ptr<Instruction> instruction = MakeInstruction(name, arguments);
  std::vector<Diagnostic> found;
  Checker checker(*instruction, gen, -1, &found);
  instruction->Check(checker);
  return found;
}

std::vector<std::string> InstructionTest::Problems(const std::string& name, const Arguments& arguments,
                                                   const Generation& gen) {
  std::vector<std::string> problems;
  for (const Diagnostic& diagnostic : Found(name, arguments, gen))
    problems.push_back(diagnostic.message + " [" + diagnostic.rule + "]");
  return problems;
}

Arguments InstructionTest::With(Arguments arguments, const Arguments& changes) {
  for (const auto& [name, argument] : changes) arguments.insert_or_assign(name, argument);
  return arguments;
}

void InstructionTest::ExpectOperandRules(const std::string& name, const Arguments& legal,
                                         const std::string& field, const std::string& spaces,
                                         const Generation& gen) {
  ASSERT_THAT(Problems(name, legal, gen), ::testing::IsEmpty());
  const View view = std::get<View>(legal.at(field).value);
  const auto expect = [&](const View& broken, const std::string& message) {
    EXPECT_THAT(Problems(name, With(legal, {{field, broken}}), gen),
                ::testing::Contains(name + ": " + field + message));
  };
  Shape shape = view.shape();
  const std::string wanted = name + ": " + field + " is in shared_hbm; it must be in " + spaces;
  const auto advised = [&](const char* advice) {
    return wanted + (spaces == "PSUM" ? "" : advice) + std::string(" [space]");
  };
  EXPECT_THAT(
      Problems(name, With(legal, {{field, b.Hbm(shape, view.dtype)}}), gen),
      ::testing::Contains(::testing::AnyOf(advised("; load it first with nisa.dma_copy"),
                                           advised("; write to a tile and store that with nisa.dma_copy"))));
  const auto tile = [&](int64_t partitions) {
    shape[0] = partitions;
    return spaces == "PSUM" ? b.Psum(shape, view.dtype) : b.Sbuf(shape, view.dtype);
  };
  expect(tile(129),
         " has 129 partitions; " + std::string(gen.name) + " allows at most 128 [partitions-at-most]");
  expect(tile(128).Slice(0, 0, 8, 2),
         " takes partitions in steps of 2; compute instructions need "
         "neighbouring partitions [partition-step]");
  expect(tile(64).Slice(0, 8, 40, 1),
         " starts at partition 8; 32 partitions may start at 0, 32, 64 or 96 "
         "[start-partition]");
  View outside = tile(32);
  const int64_t elements = outside.elements();
  outside.offset = outside.storage_row();
  expect(outside, " reaches element " + std::to_string(elements + outside.storage_row() - 1) +
                      "; the storage of " + outside.tensor->name + " holds " + std::to_string(elements) +
                      " [in-bounds]");
}

void InstructionTest::ExpectNotPacked(const std::string& name, const Arguments& legal,
                                      const std::string& field, const Generation& gen) {
  View view = std::get<View>(legal.at(field).value);
  view.dtype = Dtype::kFloat8E5m2X4;
  EXPECT_THAT(Problems(name, With(legal, {{field, view}}), gen),
              ::testing::Contains(::testing::AllOf(::testing::HasSubstr(field + " is float8_e5m2_x4"),
                                                   ::testing::EndsWith("[packed-dtype]"))));
}

void InstructionTest::ExpectSame(const std::vector<double>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(got[i] == wanted[i] || (std::isnan(got[i]) && std::isnan(wanted[i])))
        << "element " << i << " is " << got[i] << ", not " << wanted[i];
  }
}

double InstructionTest::Rounded(Dtype dtype, double value) {
  return DecodeScalar(dtype, EncodeScalar(dtype, static_cast<float>(value)));
}

}  // namespace nki
