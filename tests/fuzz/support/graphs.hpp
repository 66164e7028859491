// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/expect.hpp"
#include "support/memory_file.hpp"
#include "topology/format.hpp"
#include "topology/native.hpp"

namespace shardsim::fuzz {

inline BuiltTopology read_network(const std::string& format, const std::string& text, const Json& defaults) {
  const MemoryFile file(text);
  Document document = Document::wrap(
      {{"type", "file"}, {"file", file.path().string()}, {"format", format}, {"defaults", defaults}}, "network", "");
  return build_topology(*read_document<Choice<Topology>>(document), {});
}

/// Reads a network in the format of that name, as it is and with all that it may leave unsaid given. What was read is
/// written in this format and as JSON, and has to be read back as the same network.
inline void check_network(const std::string& format, const std::string& text) {
  const Json all{{"bandwidth", "1 GB/s"}, {"latency", "1 us"}, {"kind", "switch"}};
  for (const Json& defaults : {Json::object(), all}) {
    BuiltTopology built;
    std::string written;
    const bool good = accepted([&] { built = read_network(format, text, defaults); }) &&
                      accepted([&] { written = format_of("", format)->write(built); });
    if (!good) continue;
    Document::parse(native_text(built, {}, ""), "native");
    try {
      const BuiltTopology again = read_network(format, written, Json::object());
      if (boost::num_vertices(again.graph) != boost::num_vertices(built.graph) ||
          boost::num_edges(again.graph) != boost::num_edges(built.graph))
        finding("another network is read back from\n" + written);
    } catch (const InputError& e) {
      finding(e.what() + std::string(" is said of what was written:\n") + written);
    }
  }
}

}  // namespace shardsim::fuzz
