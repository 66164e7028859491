// SPDX-License-Identifier: Apache-2.0
#include "cli/query_table.hpp"

#include "config/csv.hpp"

namespace shardsim {

QueryTable::QueryTable(const std::filesystem::path& file, const std::vector<QueryClass>& classes)
    : file_(file), classes_(classes) {
  lines_ = "query,arrived_us,latency_us,items,lookups,batches,cpu_us,failed,class\n";
}

void QueryTable::add(const Outcome& o) {
  constexpr std::size_t kWriteAt = 1 << 16;
  lines_ += fmt::format("{},{:.6f},{:.6f},{},{},{},{:.6f},{},{}\n", o.id, to_microseconds(o.arrived.time_since_epoch()),
                        to_microseconds(o.latency), o.items, o.lookups, o.batches, to_microseconds(o.cpu),
                        o.failed ? 1 : 0, classes_.empty() ? "" : csv_field(classes_[o.kind].name));
  if (lines_.size() < kWriteAt) return;
  file_.write(lines_);
  lines_.clear();
}

void QueryTable::close() {
  file_.write(lines_);
  file_.close();
}

}  // namespace shardsim
