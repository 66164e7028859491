// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/program_options.hpp>

#include "config/choice.hpp"
#include "experiment/sweep.hpp"

namespace shardsim {

/// Exit codes of the program.
enum ExitCode { kOk = 0, kFailed = 1, kBadInput = 2 };

/// A subcommand. Results go to standard output or files, everything else to standard error.
class Command {
 public:
  virtual ~Command() = default;
  virtual std::string usage() const = 0;    ///< arguments, after the name
  virtual std::string example() const = 0;  ///< a command line that works in a checkout
  /// Adds options; those of `positional` are named on the command line without a flag.
  virtual void add_options(boost::program_options::options_description& options,
                           boost::program_options::positional_options_description& positional) const = 0;
  virtual int run(const boost::program_options::variables_map& given) const = 0;
};

const Registry<Command>& command_registry();

/// Set by Ctrl-C.
const Interrupt& interrupted();

/// The value of a required positional argument. Throws InputError when it is missing.
std::string required_argument(const boost::program_options::variables_map& given, const std::string& name);

/// --set options, or others of that form, split.
Assignments assignments(const boost::program_options::variables_map& given, const char* option = "set");
void add_set_option(boost::program_options::options_description& options);

/// A whole number of at least 0 that an option was given (one letter: "-n"). Throws InputError.
std::uint64_t whole_number(const boost::program_options::variables_map& given, const char* option);

/// Whether --format asks for JSON. Throws InputError for anything but text and json.
bool wants_json(const boost::program_options::variables_map& given);

/// A scenario, and where its parts came from.
struct GivenScenario {
  Document document;
  Scenario scenario;

  /// Calls `use(scenario)`; an error in how its parts fit each other is told by the user's own file and pointer.
  template <class Use>
  auto with(Use use) const {
    try {
      return use(scenario);
    } catch (const ScenarioError& e) {
      throw document.located(e);
    }
  }
};

/// Reads a scenario with --set, --seed and --replications applied.
GivenScenario read_scenario(const boost::program_options::variables_map& given);
/// The same, of a file and with settings of one's own instead of --set.
GivenScenario read_scenario(const std::string& file, const Assignments& settings,
                            const boost::program_options::variables_map& given);
/// Tells what was noted of what was read.
void print_notes(const std::vector<Document::Note>& notes);
/// Sets fields of a scenario; values may name files.
void set_fields(Document& document, const Assignments& settings);

/// Default of --jobs: one for each core.
unsigned default_jobs();

/// Throws InputError when `file` exists and --force was not given.
void refuse_overwrite(const std::filesystem::path& file, const boost::program_options::variables_map& given);

/// The folder with models/, topologies/ and workloads/: beside the program's checkout or installation, or the current
/// one. Throws InputError when there is none.
std::filesystem::path data_folder();

}  // namespace shardsim
