// SPDX-License-Identifier: Apache-2.0
#include <boost/program_options.hpp>
#include <cstdio>
#include <sstream>

#include "server/load.hpp"
#include "server/main_shard.hpp"
#include "server/process.hpp"
#include "server/sparse_shard.hpp"

namespace shardsim::real {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr const char* kUsage = R"(shardsim_real - the system that shardsim simulates, for real

usage: shardsim_real main SCENARIO.json --at ADDRESS [--shards ADDRESS...]
       shardsim_real shard SCENARIO.json --number N --at ADDRESS
       shardsim_real load SCENARIO.json --at ADDRESS [--shards ADDRESS...]
       shardsim_real check SCENARIO.json          how many shards and bytes, and whether they fit
)";

po::options_description options() {
  po::options_description out("options");
  const auto text = [] { return po::value<std::string>()->default_value(""); };
  out.add_options()("role", text(), "main, shard, load or check")("scenario", text(), "scenario, as of shardsim run")(
      "at", po::value<std::string>()->default_value("127.0.0.1:5600"),
      "where the server listens; of load: the main shard")(
      "shards", po::value<Texts>()->multitoken()->default_value({}, ""), "sparse shards, in the plan's order")(
      "number", po::value<std::size_t>()->default_value(0), "which shard of the plan, from 0")(
      "threads", po::value<int>()->default_value(1), "cores that a server uses")(
      "patience", po::value<double>()->default_value(20), "seconds until those that are asked must be there")(
      "set", po::value<Texts>()->composing()->default_value({}, ""), "path=value: changes the scenario")(
      "latencies", text(), "load: CSV of the latency of each query")(
      "stamps", text(), "load: CSV of when each step was done")("scores", text(), "load: the scores of each query")(
      "help", "this text");
  return out;
}

std::vector<std::pair<std::string, std::string>> settings(const Texts& given) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& s : given) {
    const std::size_t equals = s.find('=');
    if (equals == std::string::npos) throw InputError(fmt::format("--set {}: expected path=value", in_quotes(s)));
    out.emplace_back(s.substr(0, equals), s.substr(equals + 1));
  }
  return out;
}

void check(const Setup& setup) {
  Json shards = Json::array();
  for (const PlannedShard& s : setup.plan.shards) shards.push_back(placed_bytes(s.tables, setup.model).count);
  const Json out = {{"shards", setup.plan.shards.size()},
                    {"bytes", setup.model.table_bytes().count},
                    {"main_bytes", placed_bytes(setup.plan.main, setup.model).count},
                    {"shard_bytes", shards}};
  fmt::print("{}\n", out.dump());
}

int run(int argc, char** argv) {
  po::positional_options_description positional;
  positional.add("role", 1).add("scenario", 1);
  po::variables_map given;
  po::store(po::command_line_parser(argc, argv).options(options()).positional(positional).run(), given);
  const auto role = given["role"].as<std::string>();
  if (given.count("help") > 0 || role.empty()) {
    std::ostringstream text;
    text << options();
    fmt::print(given.count("help") > 0 ? stdout : stderr, "{}\n{}", kUsage, text.str());
    return given.count("help") > 0 ? 0 : 2;
  }
  constexpr std::array kRoles{"main", "shard", "load", "check"};
  if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end())
    throw InputError(fmt::format("unknown role {}; expected main, shard, load or check", in_quotes(role)));
  const Setup setup(given["scenario"].as<std::string>(), settings(given["set"].as<Texts>()));
  const auto at = given["at"].as<std::string>();
  const auto shards = given["shards"].as<Texts>();
  const auto number = given["number"].as<std::size_t>();
  const int threads = given["threads"].as<int>();
  if (threads < 1) throw InputError("--threads: expected at least 1");
  if (role == "check") {
    check(setup);
  } else if (role == "main") {
    MainShard(setup, at, shards, given["patience"].as<double>()).serve(threads);
  } else if (role == "shard") {
    if (number >= setup.plan.shards.size())
      throw InputError(fmt::format("--number: the plan has {} sparse shards", setup.plan.shards.size()));
    SparseShard(setup, number, at).serve(threads);
  } else {
    fmt::print("{}\n",
               send_load(setup, {at, shards, given["patience"].as<double>(), given["latencies"].as<std::string>(),
                                 given["stamps"].as<std::string>(), given["scores"].as<std::string>()})
                   .dump());
  }
  return 0;
}

int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const InputError& e) {
    fmt::print(stderr, "shardsim_real: {}\n", e.what());
    return 2;
  } catch (const po::error& e) {
    fmt::print(stderr, "shardsim_real: {}; see --help\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "shardsim_real: {}\n", e.what());
    return 1;
  }
}

}  // namespace
}  // namespace shardsim::real

int main(int argc, char** argv) {
  shardsim::real::set_up_process();
  shardsim::real::Host::block_signals();
  return shardsim::real::guarded(argc, argv);
}
