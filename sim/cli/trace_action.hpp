// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.hpp"
#include "workload/trace.hpp"

namespace shardsim {

/// What `shardsim trace ACTION ...` does.
class TraceAction {
 public:
  using Variables = boost::program_options::variables_map;
  virtual ~TraceAction() = default;
  virtual std::string usage() const = 0;                 ///< arguments after the action
  virtual std::vector<std::string> options() const = 0;  ///< names of those it understands
  virtual std::size_t arguments() const = 0;             ///< how many
  virtual int run(const std::vector<std::string>& arguments, const Variables& given) const = 0;
};

const Registry<TraceAction>& trace_action_registry();
template <>
struct ChoiceTraits<TraceAction> {
  static constexpr const char* name = "trace action";
  static const Registry<TraceAction>& registry() { return trace_action_registry(); }
};

/// Calls use(record) for every record, with a line of progress. False when interrupted.
bool for_each_record(TraceReader& reader, const char* doing, const std::function<void(const TraceRecord&)>& use);

/// The name of `detail`; throws InputError for an unknown one.
TraceDetail trace_detail(const std::string& name);

}  // namespace shardsim
