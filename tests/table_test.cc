// The table of instructions against itself, against the files and against what the instruction tests have
// seen.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "isa/instruction.h"

namespace nki {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The ids after "Errors:".
std::set<std::string> DocumentedErrors(std::string_view doc) {
  const size_t begin = doc.find("\nErrors: ") + 9, end = doc.find("\nSource: ");
  std::string list(doc.substr(begin, end - begin));
  std::ranges::replace_if(
      list, [](char c) { return c == ',' || c == '.' || c == '\n'; }, ' ');
  if (list == "none ") return {};
  std::istringstream words(list);
  return {std::istream_iterator<std::string>(words), {}};
}

TEST(TableTest, IsSorted) {
  const auto name = [](const InstructionDef* def) { return def->name; };
  EXPECT_TRUE(std::ranges::is_sorted(AllInstructions(), {}, name));
  for (const InstructionDef* def : AllInstructions()) EXPECT_EQ(FindInstruction(def->name), def);
  EXPECT_EQ(FindInstruction("no_such_instruction"), nullptr);
}

TEST(TableTest, DocsHaveTheFixedForm) {
  for (const InstructionDef* def : AllInstructions()) {
    SCOPED_TRACE(def->name);
    const std::vector<std::string> lines = Lines(std::string(def->doc));
    ASSERT_GT(lines.size(), 6u);
    EXPECT_THAT(lines[0], ::testing::MatchesRegex("[a-z(].* = .*[a-z]\\..*|.*\\.")) << "one sentence";
    EXPECT_EQ(lines[1], "");
    const size_t args = def->doc.find("\n\nArgs:\n"), errors = def->doc.find("\n\nErrors: "),
                 source = def->doc.find("\nSource: ");
    EXPECT_LT(args, errors);
    EXPECT_LT(errors, source);
    EXPECT_NE(source, std::string_view::npos);
    for (const std::string& line : lines) EXPECT_LE(line.size(), 120u) << line;
  }
}

TEST(TableTest, DocsNameEveryField) {
  struct Names : OperandVisitor {
    std::vector<std::string> names;
    void Add(const Field& field) { names.push_back(field.name); }
    void OnView(const Field&, const View&) override {}
    void Visit(const Field& field, View&) override { Add(field); }
    void Visit(const Field& field, std::optional<View>&) override { Add(field); }
    void Visit(const Field& field, Operand&) override { Add(field); }
    void Visit(const Field& field, AluOp&) override { Add(field); }
    void Visit(const Field& field, std::optional<AluOp>&) override { Add(field); }
    void Visit(const Field& field, ActivationOp&) override { Add(field); }
    void Visit(const Field& field, bool&) override { Add(field); }
    void Visit(const Field& field, std::optional<bool>&) override { Add(field); }
    void Visit(const Field& field, int64_t&) override { Add(field); }
    void Visit(const Field& field, std::optional<int64_t>&) override { Add(field); }
    void Visit(const Field& field, IntList&) override { Add(field); }
    void Visit(const Field& field, std::optional<IntList>&) override { Add(field); }
    void Visit(const Field& field, ViewList&) override { Add(field); }
    void Visit(const Field& field, OperandList&) override { Add(field); }
    void Visit(const Field& field, Pattern&) override { Add(field); }
    void Visit(const Field& field, Register&) override { Add(field); }
    void Visit(const Field& field, IntOrRegister&) override { Add(field); }
    void VisitEnum(const Field& field, const EnumRow&, uint8_t&) override { Add(field); }
  };
  for (const InstructionDef* def : AllInstructions()) {
    Names names;
    def->create()->VisitFields(names);
    const std::string doc(def->doc.substr(def->doc.find("\nArgs:\n")));
    for (const std::string& name : names.names) {
      const bool named = doc.find("\n  " + name + ":") != std::string::npos ||
                         doc.find("\n  " + name + ", ") != std::string::npos ||
                         doc.find(", " + name + ":") != std::string::npos;
      EXPECT_TRUE(named) << def->name << " does not describe " << name;
    }
  }
}

TEST(TableTest, EverySampleIsLegalAndCostsSomething) {
  for (const InstructionDef* def : AllInstructions()) {
    SCOPED_TRACE(def->name);
    SampleBuilder builder;
    const std::vector<std::unique_ptr<Instruction>> samples = def->samples(builder);
    EXPECT_GE(samples.size(), 2u);
    for (const std::unique_ptr<Instruction>& sample : samples) {
      EXPECT_EQ(&sample->def(), def);
      std::vector<Diagnostic> fewest(1);
      for (const Generation* gen : AllGenerations()) {
        std::vector<Diagnostic> found;
        Checker checker(*sample, *gen, -1, &found);
        sample->Check(checker);
        if (found.empty()) fewest.clear();
        const Cost cost = sample->CostOn(*gen);
        EXPECT_NE(cost.engine, Engine::kUnknown);
        if (cost.engine == Engine::kDma) {
          EXPECT_GT(cost.dma_bytes, 0);
          EXPECT_GT(cost.dma_descriptors, 0);
        } else {
          EXPECT_GE(cost.cycles, kMinInterval * 0.5);
        }
      }
      EXPECT_TRUE(fewest.empty()) << "no target runs it";
    }
  }
}

TEST(TableTest, FilesAndTestsHaveTheRowsNames) {
  const fs::path root = NKI_SOURCE_DIR;
  std::set<std::string> tests;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "tests" / "isa")) {
    tests.insert(fs::relative(entry.path(), root / "tests").string());
  }
  for (const InstructionDef* def : AllInstructions()) {
    bool found = false;
    for (const fs::directory_entry& folder : fs::directory_iterator(root / "isa")) {
      if (!fs::exists(folder.path() / (std::string(def->name) + ".cc"))) continue;
      found = true;
      const std::string test =
          "isa/" + folder.path().filename().string() + "/" + std::string(def->name) + "_test.cc";
      EXPECT_TRUE(tests.contains(test)) << "tests/" << test << " is missing";
    }
    EXPECT_TRUE(found) << def->name << ".cc is missing";
  }
}

TEST(TableTest, DefFilesAreSorted) {
  const fs::path isa = fs::path(NKI_SOURCE_DIR) / "isa";
  for (const char* file : {"instructions.def", "alu_op.def", "activation_op.def"}) {
    std::ifstream stream(isa / file);
    std::vector<std::string> rows;
    for (std::string line; std::getline(stream, line);) {
      if (!line.starts_with("//")) rows.push_back(line);
    }
    EXPECT_GT(rows.size(), 5u) << file;
    EXPECT_TRUE(std::ranges::is_sorted(rows)) << file;
  }
}

// Counts, over all tests of the binary, which rules held and failed. Judges at the end, if the instruction
// tests ran.
class RuleJudge : public ::testing::Environment {
 public:
  void SetUp() override { Checker::coverage = &seen_; }

  void TearDown() override {
    Checker::coverage = nullptr;
    if (!AllInstructionTestsRan()) return;
    std::map<std::string, std::set<std::string>> reported;
    for (const auto& [key, counts] : seen_) {
      const auto& [instruction, rule] = key;
      reported[instruction].insert(rule);
      EXPECT_GT(counts.first, 0) << instruction << ": no test sees [" << rule << "] hold";
      EXPECT_GT(counts.second, 0) << instruction << ": no test sees [" << rule << "] fail";
    }
    for (const InstructionDef* def : AllInstructions()) {
      EXPECT_EQ(reported[std::string(def->name)], DocumentedErrors(def->doc))
          << "the Errors of " << def->name;
    }
  }

 private:
  static bool AllInstructionTestsRan() {
    const ::testing::UnitTest& tests = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < tests.total_test_suite_count(); ++i) {
      const ::testing::TestSuite& suite = *tests.GetTestSuite(i);
      const bool counts = std::string_view(suite.name()).ends_with("InstructionTest");
      if (counts && suite.test_to_run_count() != suite.total_test_count()) return false;
    }
    return true;
  }

  RuleCoverage seen_;
};

const ::testing::Environment* const kJudge = ::testing::AddGlobalTestEnvironment(new RuleJudge);

}  // namespace
}  // namespace nki
