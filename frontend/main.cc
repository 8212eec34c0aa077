// nki-py: Python with the NKI interpreter's options in front.
#include <Python.h>
#include <getopt.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/embed.h"

namespace {

constexpr int kUsageError = 2;

constexpr char kUsage[] = R"(usage: nki-py [option] ... script.py [argument] ...
       nki-py [option] ... -m module [argument] ...
       nki-py [option] ... -c code [argument] ...
       nki-py [option] ... - [argument] ...          (reads the script from standard input)
       nki-py --migrate file.py ...
)";

constexpr char kHelp[] = R"(
Runs a Python program as `python` does, with NKI kernels executed by the interpreter of this package.

  --target NAME     the generation to run as: trn1 (default), trn2 or trn3
  --check           trace and verify kernels, and run none
  --graph[=FILE]    write the graph of each kernel to FILE, or to standard error
  --log[=FILE]      write one line per executed instruction to FILE, or to standard error
  --stats           at the end, write what was run and how long it took to standard error
  --migrate         report what the files use of older releases and what replaces it; run and change nothing
  --version         print the versions and exit
  --help            print this and exit

Python's own options -b -B -d -E -i -I -O -P -q -s -S -u -v -x -W arg -X opt are passed on to it;
they too stand before the script.
)";

enum Option { kTarget = 256, kGraph, kCheck, kLog, kStats, kMigrate, kVersion, kHelpOption };

constexpr option kOptions[] = {
    {"target", required_argument, nullptr, kTarget},
    {"graph", optional_argument, nullptr, kGraph},
    {"check", no_argument, nullptr, kCheck},
    {"log", optional_argument, nullptr, kLog},
    {"stats", no_argument, nullptr, kStats},
    {"migrate", no_argument, nullptr, kMigrate},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, kHelpOption},
    {nullptr, 0, nullptr, 0},
};

// "+" ends the options at the first word that is none; -c and -m end them too, for what follows is the
// program's.
constexpr char kPythonOptions[] = "+bBdEiIOPqsSuvxW:X:c:m:Vh";

struct CommandLine {
  nki::LaunchOptions launch;
  std::vector<std::string> python;  // what Python is to see: our name, its options, the script, its arguments
  bool wants_version = false;
  bool wants_help = false;
  bool wants_report = false;  // of the older names in files
  bool is_wrong = false;
  bool has_program = false;
};

// One option into `line`; true if it was the last one.
bool Take(int option, CommandLine& line) {
  const std::string file = optarg != nullptr ? optarg : "-";
  switch (option) {
    case kTarget:
      line.launch.target = file;
      break;
    case kGraph:
      line.launch.graph = file;
      break;
    case kLog:
      line.launch.log = file;
      break;
    case kCheck:
      line.launch.check = true;
      break;
    case kStats:
      line.launch.stats = true;
      break;
    case kMigrate:
      line.wants_report = true;
      break;
    case 'V':
    case kVersion:
      line.wants_version = true;
      break;
    case 'h':
    case kHelpOption:
      line.wants_help = true;
      break;
    case '?':
      line.is_wrong = true;
      break;
    default:
      line.python.push_back({'-', static_cast<char>(option)});
      if (optarg != nullptr) line.python.push_back(optarg);
      line.has_program = option == 'c' || option == 'm';
  }
  return line.has_program || line.wants_report || line.is_wrong || line.wants_version || line.wants_help;
}

CommandLine Parse(int argc, char** argv) {
  CommandLine line;
  line.python.push_back(argv[0]);
  static char name[] = "nki-py";  // what getopt's messages begin with
  argv[0] = name;
  for (int option; (option = getopt_long(argc, argv, kPythonOptions, kOptions, nullptr)) != -1;) {
    if (Take(option, line)) break;
  }
  line.has_program |= optind < argc;
  // -P: modules beside the files have no part in the report.
  if (line.wants_report) line.python.insert(line.python.end(), {"-P", "-m", "nki._migrate"});
  line.python.insert(line.python.end(), argv + optind, argv + argc);
  return line;
}

bool IsPlain(const nki::LaunchOptions& launch) {
  return !(launch.target || launch.graph || launch.log || launch.check || launch.stats);
}

int Main(int argc, char** argv) {
  CommandLine line = Parse(argc, argv);
  if (line.wants_report && !IsPlain(line.launch)) {
    std::fprintf(stderr, "nki-py: --migrate runs nothing, so no option for a run goes with it\n");
    line.is_wrong = true;
  }
  if (line.is_wrong || !(line.has_program || line.wants_version || line.wants_help)) {
    std::fprintf(stderr, "%sTry 'nki-py --help'.\n", kUsage);
    return kUsageError;
  }
  if (line.wants_version) {
    const std::string_view python = Py_GetVersion();
    std::printf("nki-py %s (NKI %s, Python %s)\n", NKI_VERSION, NKI_RELEASE,
                std::string(python.substr(0, python.find(' '))).c_str());
    return 0;
  }
  if (line.wants_help) {
    std::printf("%s%s", kUsage, kHelp);
    return 0;
  }
  return nki::RunPython(line.python, line.launch);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nki-py: %s\n", error.what());
    return 1;
  }
}
