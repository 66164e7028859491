// SPDX-License-Identifier: Apache-2.0
// Files of networks in the formats of others. What a format's attributes mean is not the format's affair:
// interpret() applies the attribute map.
#pragma once

#include "topology/looked_into.hpp"

namespace shardsim {

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// What a file says, as text.
struct RawTopology {
  struct Node {
    std::string id;
    Attributes attributes;
    int line = 0;  ///< 0: not known
  };
  struct Link {
    std::size_t a = 0;
    std::size_t b = 0;
    bool one_way = false;
    Attributes attributes;
    int line = 0;
  };
  std::vector<Node> nodes;
  std::vector<Link> links;
};

/// More than this is refused while it is read.
inline constexpr std::size_t kMostNodes = 250'000;
inline constexpr std::size_t kMostLinks = 2'000'000;
inline constexpr std::size_t kLongestName = 1 << 16;

class TopologyFormat {
 public:
  virtual ~TopologyFormat() = default;
  virtual std::vector<std::string> extensions() const = 0;  ///< with the dot
  virtual std::uintmax_t largest_file() const = 0;
  /// `file` stands in errors. Throws InputError.
  virtual RawTopology read(const std::string& text, const std::string& file) const = 0;
  virtual std::string write(const BuiltTopology& topology) const = 0;
};

const Registry<TopologyFormat>& format_registry();
template <>
struct ChoiceTraits<TopologyFormat> {
  static constexpr const char* name = "format";
  static const Registry<TopologyFormat>& registry() { return format_registry(); }
};

/// The format of that name, or of the file's extension when the name is empty. Throws InputError.
std::shared_ptr<TopologyFormat> format_of(const std::filesystem::path& file, const std::string& name);

/// Text for the attribute `kind` that interpret() reads back.
inline const char* written_kind(NodeKind kind) {
  return kind == NodeKind::host ? "host" : kind == NodeKind::frontend ? "frontend" : "switch";
}

/// The host at which queries enter, where it is one; a node of the kind frontend speaks for itself.
inline std::string entry_host(const BuiltTopology& topology) {
  if (!topology.frontend || topology.graph[*topology.frontend].kind == NodeKind::frontend) return "";
  return topology.graph[*topology.frontend].name;
}

/// What a file leaves unsaid.
struct TopologyDefaults {
  std::optional<Bandwidth> bandwidth;
  std::optional<Duration> latency;
  std::string kind;
};
template <>
void describe(Describe<TopologyDefaults>& d);

/// How a file's attributes are to be understood.
struct Interpretation {
  Remarks attributes;  ///< bandwidth, latency, kind, name or platform: "ATTRIBUTE" or "ATTRIBUTE UNIT"
  Remarks kinds;       ///< value of the kind attribute: host or switch
  TopologyDefaults defaults;
  std::optional<bool> one_way;  ///< whether links go one way only, whatever the file says
  bool repair = false;          ///< doubled names and links of nodes to themselves are no findings, but mended
};

/// Makes a network of what a file says.
LookedInto look_into(const RawTopology& raw, const Interpretation& how);

/// The same where nothing is left to settle. Throws UnsettledTopology.
BuiltTopology interpret(const RawTopology& raw, const Interpretation& how, const std::string& file);

/// What is done to nodes and links of the user's own once they are read: hosts are added, mistakes are mended.
template <class T>
void describe_mending(Describe<T>& d, const char* of_host_link) {
  d.optional("hosts_per_switch", &T::hosts_per_switch, "hosts to add to every switch, called SWITCH/host0, ...")
      .at_least(0)
      .at_most(1000);
  d.optional("host_link", &T::host_link, of_host_link).formerly("host_cable");
  d.optional("repair", &T::mend,
             "renames nodes of doubled names, drops links of a node to itself and doubled links, and keeps the largest "
             "part that hangs together");
}

}  // namespace shardsim
