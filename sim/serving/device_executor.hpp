// SPDX-License-Identifier: Apache-2.0
// Executors whose nets queue for a device.
#pragma once

#include "serving/device_cache.hpp"
#include "serving/device_queue.hpp"

namespace shardsim {

/// Where rows of main's own tables are gathered for a net that runs on the device.
enum class TablesOn { host, device };

class DeviceExecutor : public Executor {
 public:
  /// `cache`: of the device, where it does not hold its tables whole.
  DeviceExecutor(const ExecutorSetup& setup, TablesOn tables, std::optional<DeviceCache> cache = std::nullopt);

  Slot::Working bottom(Slot& slot, Server& server, NetRun& run) override;
  Slot::Working gather(Slot& slot, Server& server, NetRun& run) override;
  Slot::Working top(Slot& slot, Server& server, NetRun& run) override;
  CacheCounts cache_counts(const Host& host) const override;

 protected:
  /// Whether the batch goes to the device at all.
  virtual bool takes(const NetRun& /*run*/) const { return true; }
  virtual DeviceQueue& device_of(Server& server) = 0;
  /// What moves between the host and the device; null: nothing.
  virtual Accelerators* link_of(Server&) const { return nullptr; }

  Context& context_;
  const Model& model_;
  BatchRules rules_;
  std::unique_ptr<Executor> core_;

 private:
  // Operators of a net that go to the device together.
  struct Part {
    bool bottom = false;
    bool gather = false;
    bool top = false;
  };
  // What moves for each row.
  struct RowBytes {
    std::int64_t inputs = 0;   // dense
    std::int64_t vectors = 0;  // of all tables, pooled
    std::int64_t outputs = 0;
  };
  static RowBytes row_bytes(const Net& net);

  Slot::Working begin(Slot& slot, Server& server, NetRun& run, Part part);
  Process serve(Slot& slot, Server& server, NetRun& run, Part part, std::coroutine_handle<> then);
  bool gathers_there(Part part) const { return part.gather && tables_ == TablesOn::device; }
  std::int64_t look_up(const NetRun& run, const Activity& activity, const Host& host);
  DeviceWork work_of(const NetRun& run, Part part) const;
  Bytes bytes_in(const NetRun& run, Part part, std::int64_t missing) const;
  Bytes bytes_out(const NetRun& run, Part part) const;
  Process on_core(Slot& slot, Server& server, NetRun& run, Part part, std::coroutine_handle<> then);

 public:
  Simulation& simulation() { return context_.simulation(); }

 private:
  const QueuePolicy& policy_;
  TablesOn tables_;
  std::optional<DeviceCache> cache_;
  std::map<std::uint32_t, CacheCounts> counts_;  // by number of the host
  WhenFull when_full_;
  std::vector<RowBytes> bytes_;  // by net
};

}  // namespace shardsim
