// SPDX-License-Identifier: Apache-2.0
// What both peers read: a network as text, a path for each pair of hosts, and the flows.
//
//   network.txt  "host NAME", "switch NAME" and "link A B BITS_PER_SECOND NANOSECONDS", one a line
//   routes.csv   header, then from,to,"node node node" (without the quotes)
//   flows.csv    header start_us,from,to,bytes, then one flow a line
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace crosscheck {

struct Node {
  std::string name;
  bool is_host = false;
};

/// A cable; each direction has the bandwidth for itself.
struct Cable {
  std::string a, b;
  double bits_per_second = 0;
  double latency_ns = 0;
};

struct Flow {
  double start_us = 0;
  std::string from, to;
  std::uint64_t bytes = 0;
};

using Pair = std::pair<std::string, std::string>;
using Path = std::vector<std::string>;

struct Input {
  std::vector<Node> nodes;
  std::vector<Cable> cables;
  std::map<Pair, Path> routes;
  std::vector<Flow> flows;
};

[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

inline std::ifstream open(const std::string& file) {
  std::ifstream in(file);
  if (!in) fail("cannot read " + file);
  return in;
}

inline std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::stringstream in(line);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

inline void read_network(const std::string& file, Input& input) {
  std::ifstream in = open(file);
  for (std::string kind; in >> kind;) {
    if (kind == "link") {
      Cable c;
      in >> c.a >> c.b >> c.bits_per_second >> c.latency_ns;
      input.cables.push_back(c);
    } else {
      Node n;
      in >> n.name;
      n.is_host = kind == "host";
      input.nodes.push_back(n);
    }
  }
}

/// The rows of a CSV file without its header.
inline std::vector<std::vector<std::string>> read_rows(const std::string& file, std::size_t columns) {
  std::ifstream in = open(file);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    rows.push_back(split(line, ','));
    if (rows.back().size() != columns) fail(file + ": not " + std::to_string(columns) + " columns: " + line);
  }
  return rows;
}

inline Input read_input(const std::string& network, const std::string& routes, const std::string& flows) {
  Input input;
  read_network(network, input);
  for (const auto& r : read_rows(routes, 3)) input.routes[{r[0], r[1]}] = split(r[2], ' ');
  for (const auto& r : read_rows(flows, 4)) input.flows.push_back({std::stod(r[0]), r[1], r[2], std::stoull(r[3])});
  for (const Flow& f : input.flows)
    if (!input.routes.count({f.from, f.to})) fail("no route from " + f.from + " to " + f.to);
  return input;
}

/// Prints when each flow's last byte arrived; a negative time marks one that never did.
inline int print_finishes(const std::vector<double>& finish_us) {
  bool all = true;
  std::printf("flow,finish_us\n");
  for (std::size_t i = 0; i < finish_us.size(); ++i) {
    std::printf("%zu,%.6f\n", i, finish_us[i]);
    all = all && finish_us[i] >= 0;
  }
  if (!all) std::fprintf(stderr, "a flow did not finish\n");
  return all ? 0 : 1;
}

}  // namespace crosscheck
