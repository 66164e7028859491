// SPDX-License-Identifier: Apache-2.0
#include <sys/time.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "cli/command.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

Interrupt interrupt_flag;  // the one thing a signal handler may touch

// Work that looks at the flag ends in good order, however long that takes. What does not look at it, such as the making
// of a large network, ends by force when it has had this much time of a processor.
constexpr time_t kSecondsToNotice = 1;

extern "C" void on_interrupt(int) {
  if (interrupt_flag.raise()) std::_Exit(128 + SIGINT);  // the second time: at once
  const itimerval timer{{}, {kSecondsToNotice, 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}

extern "C" void on_time_to_notice(int) {
  if (!interrupt_flag.noticed()) std::_Exit(128 + SIGINT);
}

std::string general_help() {
  std::string out =
      "shardsim - simulates scale-out serving of recommendation models\n\nusage: shardsim COMMAND "
      "[ARGUMENTS]\n\ncommands:\n";
  for (const Alternative<Command>& c : command_registry().all()) out += fmt::format("  {:<10}{}\n", c.name, c.doc);
  out +=
      "\n  --help     this text; `shardsim COMMAND --help` for a command's\n  --version  the version\n\nexample:\n  "
      "shardsim "
      "run workloads/experiments/drm1.json\n";
  return out;
}

std::string command_help(const Alternative<Command>& alternative, const Command& command,
                         const po::options_description& options) {
  std::ostringstream text;
  text << options;
  return fmt::format("shardsim {} - {}\n\nusage: shardsim {} {}\n\n{}\nexample:\n  {}\n", alternative.name,
                     alternative.doc, alternative.name, command.usage(), text.str(), command.example());
}

// A word on the command line that only the program's own text may name as a flag.
po::options_description options_of(const Command& command, po::positional_options_description& positional) {
  po::options_description options("options");
  command.add_options(options, positional);
  options.add_options()("help", "this text");
  return options;
}

int run_command(const Alternative<Command>& alternative, const std::vector<std::string>& arguments) {
  const std::shared_ptr<Command> command = alternative.make();
  po::positional_options_description positional;
  const po::options_description options = options_of(*command, positional);
  po::variables_map given;
  po::store(po::command_line_parser(arguments).options(options).positional(positional).run(), given);
  if (given.count("help") > 0) {
    fmt::print("{}", command_help(alternative, *command, options));
    return kOk;
  }
  po::notify(given);
  return command->run(given);
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    fmt::print(stderr, "{}", general_help());
    return kBadInput;
  }
  const std::string& word = arguments.front();
  if (word == "--help" || word == "-h" || word == "help") {
    fmt::print("{}", general_help());
    return kOk;
  }
  if (word == "--version") {
    fmt::print("shardsim {}\n", program_json()["version"].get<std::string>());
    return kOk;
  }
  const Alternative<Command>* command = command_registry().find(word);
  if (command == nullptr)
    throw InputError(
        fmt::format("unknown command {}{}", in_quotes(word), suggestion(word, command_registry().names())));
  return run_command(*command, {arguments.begin() + 1, arguments.end()});
}

int guarded(const std::vector<std::string>& arguments) {
  try {
    return dispatch(arguments);
  } catch (const InputError& e) {
    fmt::print(stderr, "shardsim: {}\n", e.what());
    return kBadInput;
  } catch (const po::error& e) {
    fmt::print(stderr, "shardsim: {}; see --help\n", e.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "shardsim: not enough memory\n");
    return kFailed;
  } catch (const std::exception& e) {
    fmt::print(stderr, "shardsim: {}\n", e.what());
    return kFailed;
  }
}

}  // namespace

const Interrupt& interrupted() { return interrupt_flag; }

}  // namespace shardsim

int main(int argc, char** argv) {
  std::signal(SIGINT, shardsim::on_interrupt);
  std::signal(SIGTERM, shardsim::on_interrupt);
  std::signal(SIGPROF, shardsim::on_time_to_notice);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is told as a full disk is
  return shardsim::guarded({argv + 1, argv + argc});
}
