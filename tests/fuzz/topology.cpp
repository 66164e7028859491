// SPDX-License-Identifier: Apache-2.0
// Descriptions of networks: read, built, looked into, written as a graph and read back.
#include "support/expect.hpp"
#include "support/json_mutator.hpp"
#include "topology/analysis.hpp"
#include "topology/native.hpp"

namespace shardsim::fuzz {
namespace {

using Read = Choice<Topology>;

Read read(const std::string& text) {
  Document document = Document::wrap(Document::parse(text, "topology.json").root, "topology.json",
                                     SHARDSIM_SOURCE_FOLDER "/topologies/examples");
  return read_document<Read>(document);
}

void read_back(const std::string& text, const BuiltTopology& built) {
  try {
    const BuiltTopology again = build_topology(*read(text), {});
    if (boost::num_vertices(again.graph) != boost::num_vertices(built.graph) ||
        boost::num_edges(again.graph) != boost::num_edges(built.graph))
      finding("another network is read back from\n" + text);
  } catch (const InputError& e) {
    finding(e.what() + std::string(" is said of what was written:\n") + text);
  }
}

void look_into(const std::string& text) {
  constexpr std::size_t kLarge = 2000;  // all that follows takes its time
  const Read topology = read(text);
  const BuiltTopology built = build_topology(*topology, {"main0", "sparse0", "sparse1"});
  if (boost::num_vertices(built.graph) > kLarge || boost::num_edges(built.graph) > kLarge) return;
  analyse(built, topology->routing);
  read_back(native_text(built, topology->routing, topology->description), built);
}

}  // namespace
}  // namespace shardsim::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shardsim::fuzz::accepted([&] { shardsim::fuzz::look_into(shardsim::fuzz::text_of(data, size)); });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed) {
  return shardsim::fuzz::mutate_json(data, size, limit, seed, shardsim::value_type<shardsim::fuzz::Read>());
}
