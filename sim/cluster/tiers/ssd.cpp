// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <functional>

#include "cluster/devices/tier.hpp"
#include "engine/distribution.hpp"

namespace shardsim {
namespace {

// What an SSD is like.
struct SsdFigures {
  Duration read_latency{};
  const Distribution* jitter = nullptr;  // null: all reads take as long
  int queue_depth = 1;
  double ps_per_read = 0;  // of the controller
  double ps_per_byte = 0;
  std::int64_t most_present = 0;  // reads that have a place or wait for one; 0: any number
  Duration write_latency{};
  double ps_per_write = 0;
  double ps_per_byte_written = 0;
};

// A read waits for one of the places of the queue, passes the controller, one after the other, and takes its time on
// the medium, all places at once. With one kind of latency reads end in their order, and a ring of the last ends is
// enough; else whichever place is free first is taken. Where only so many may wait, the ends of all that are present
// are kept, and a read that would be one too many is refused. A write does the same, with figures of its own, but is
// never refused.
class Ssd final : public Tier {
 public:
  explicit Ssd(const SsdFigures& figures)
      : figures_(figures),
        never_short_of_places_(controller_is_slower(figures)),
        in_order_(figures.jitter == nullptr && figures.write_latency == figures.read_latency) {
    ends_.assign(static_cast<std::size_t>(figures.queue_depth), Time{});
  }

  Time read(Time now, const TierRead& read, RandomStream random) override {
    const double bytes = static_cast<double>(read.bytes.count) / static_cast<double>(read.rows);
    const Duration controlled = controlled_by(figures_.ps_per_read, figures_.ps_per_byte, read);
    const std::int64_t taken = figures_.most_present == 0 ? read.rows : room_for(now, read.rows);
    totals_.reads += taken;
    totals_.refused += read.rows - taken;
    totals_.bytes += taken == read.rows ? read.bytes : Bytes{std::llround(bytes * static_cast<double>(taken))};
    return serve(now, taken, {controlled, figures_.read_latency}, random, totals_.waited_s);
  }

  Time write(Time now, const TierRead& write, RandomStream random) override {
    totals_.writes += write.rows;
    totals_.written += write.bytes;
    const Duration controlled = controlled_by(figures_.ps_per_write, figures_.ps_per_byte_written, write);
    double waited_s = 0;
    return serve(now, write.rows, {controlled, figures_.write_latency}, random, waited_s);
  }

 private:
  // What each of several reads or writes takes.
  struct Each {
    Duration controlled;
    Duration latency;
  };

  static Duration controlled_by(double ps_each, double ps_per_byte, const TierRead& asked) {
    const double bytes = static_cast<double>(asked.bytes.count) / static_cast<double>(asked.rows);
    return from_picoseconds(std::max(ps_each, ps_per_byte * bytes));
  }

  // Whoever passes the controller finds a place: by then who took one before it has ended.
  static bool controller_is_slower(const SsdFigures& figures) {
    const double fastest = std::min(figures.ps_per_read, figures.ps_per_write);
    const Duration longest = std::max(figures.read_latency, figures.write_latency);
    return figures.jitter == nullptr && figures.most_present == 0 &&
           (figures.queue_depth - 1) * fastest >= static_cast<double>(longest.count());
  }

  Time serve(Time now, std::int64_t rows, const Each& each, RandomStream& random, double& waited_s) {
    if (never_short_of_places_) return all(now, rows, each, waited_s);
    Time last = now;
    for (std::int64_t i = 0; i < rows; ++i) {
      const Duration medium =
          figures_.jitter == nullptr ? each.latency : scaled(each.latency, figures_.jitter->sample(random));
      last = std::max(last, one(now, each.controlled, medium, waited_s));
    }
    return last;
  }

  // Of which each waits for nothing but the controller.
  Time all(Time now, std::int64_t rows, const Each& each, double& waited_s) {
    const Time begun = std::max(now, controller_);
    const auto n = static_cast<double>(rows);
    const double moving_s = n * to_seconds(each.controlled);
    controller_ =
        moving_s > to_seconds(kLongestDuration) ? kLatestRead : std::min(begun + rows * each.controlled, kLatestRead);
    waited_s += n * to_seconds(begun - now) + moving_s * (n - 1) / 2;
    totals_.busy_s += moving_s;
    return controller_ + each.latency;
  }

  Time one(Time now, Duration controlled, Duration medium, double& waited_s) {
    const Time begun = std::max(now, first_free());
    controller_ = std::min(std::max(begun, controller_) + controlled, kLatestRead);
    const Time end = controller_ + medium;
    take(end);
    if (figures_.most_present > 0) note_present(end);
    waited_s += to_seconds(controller_ - controlled - now);
    totals_.busy_s += to_seconds(std::max(controlled, (end - begun) / figures_.queue_depth));
    return end;
  }

  // How many of so many reads are taken. They come at the same time, so that none leaves between them.
  std::int64_t room_for(Time now, std::int64_t reads) {
    while (!present_.empty() && present_.front() <= now) {
      std::pop_heap(present_.begin(), present_.end(), std::greater<>());
      present_.pop_back();
    }
    const std::int64_t room = figures_.most_present - static_cast<std::int64_t>(present_.size());
    return std::clamp<std::int64_t>(room, 0, reads);
  }
  void note_present(Time end) {
    present_.push_back(end);
    std::push_heap(present_.begin(), present_.end(), std::greater<>());
  }

  Time first_free() const { return in_order_ ? ends_[next_] : ends_.front(); }
  void take(Time end) {
    if (in_order_) {
      ends_[next_] = end;
      next_ = next_ + 1 == ends_.size() ? 0 : next_ + 1;
      return;
    }
    std::pop_heap(ends_.begin(), ends_.end(), std::greater<>());
    ends_.back() = end;
    std::push_heap(ends_.begin(), ends_.end(), std::greater<>());
  }

  SsdFigures figures_;
  bool never_short_of_places_;
  bool in_order_;
  std::vector<Time> ends_;  // by place: when it is free again; a heap unless in order
  std::size_t next_ = 0;
  std::vector<Time> present_;  // a heap of the ends of reads, where their number is limited
  Time controller_{};
};

class SsdSpec final : public TierSpec {
 public:
  Duration read_latency{};
  Choice<Distribution> jitter;
  int queue_depth = 128;
  std::optional<int> waiting_limit;
  Rate iops;
  Bandwidth bandwidth;
  Bytes page{4096};
  Duration cpu_per_read{};
  std::optional<Duration> write_latency;
  std::optional<Rate> write_iops;
  std::optional<Bandwidth> write_bandwidth;

  TierKind kind() const override { return TierKind::ssd; }
  Bytes moved(Bytes row) const override { return {(row.count + page.count - 1) / page.count * page.count}; }
  Duration core_time(Bytes) const override { return cpu_per_read; }
  std::unique_ptr<Tier> make() const override {
    const bool varies = jitter.has_value() && !jitter->is_constant();
    const std::int64_t most_present = waiting_limit ? std::int64_t{queue_depth} + *waiting_limit : 0;
    return std::make_unique<Ssd>(SsdFigures{read_latency, varies ? &*jitter : nullptr, queue_depth, ps_each(iops),
                                            ps_per_byte(bandwidth), most_present, write_latency.value_or(read_latency),
                                            ps_each(write_iops.value_or(iops)),
                                            ps_per_byte(write_bandwidth.value_or(bandwidth))});
  }
  bool reads_to_write(Bytes row) const override { return row.count % page.count != 0; }

 private:
  static constexpr double kPicosecond = 1e12;
  static double ps_each(Rate rate) { return kPicosecond / rate.per_second; }
  static double ps_per_byte(Bandwidth rate) { return rate.is_unlimited() ? 0 : kPicosecond / rate.bytes_per_second; }
};

}  // namespace

template <>
void describe(Describe<SsdSpec>& d) {
  d.object("ssd", "flash, or another disk without moving parts: reads wait for a place in its queue");
  describe_tier(d);
  d.required("read_latency", &SsdSpec::read_latency, "mean time of one read on an idle device").more_than(Duration{0});
  d.optional("jitter", &SsdSpec::jitter, "a factor of mean 1 by which that time varies");
  d.optional("queue_depth", &SsdSpec::queue_depth, "reads that it works on at once; others wait")
      .at_least(1)
      .at_most(1 << 20);
  d.optional("waiting_limit", &SsdSpec::waiting_limit,
             "the most reads that wait beside those that it works on: one more is refused, and its row answered with a "
             "default vector; left out: any number waits")
      .at_least(0)
      .at_most(1 << 20);
  d.required("iops", &SsdSpec::iops, "reads that it can begin in a second").more_than(Rate{0});
  d.required("bandwidth", &SsdSpec::bandwidth, "bytes that it can move in a second; \"unlimited\" is allowed")
      .more_than(Bandwidth{0});
  d.optional("page", &SsdSpec::page, "least that a read moves: a row moves whole pages, and lies in as few as can be")
      .more_than(Bytes{0});
  d.optional("cpu_per_read", &SsdSpec::cpu_per_read,
             "core time of asking for a read and taking it; a write takes as much");
  d.optional("write_latency", &SsdSpec::write_latency, "mean time of one write on an idle device; left out: as a read")
      .more_than(Duration{0});
  d.optional("write_iops", &SsdSpec::write_iops, "writes that it can begin in a second; left out: as reads")
      .more_than(Rate{0});
  d.optional("write_bandwidth", &SsdSpec::write_bandwidth,
             "bytes that it can write in a second; left out: as it reads; \"unlimited\" is allowed")
      .more_than(Bandwidth{0});
  d.check([](const SsdSpec& s) { return check_factor("jitter", s.jitter); });
}

namespace tiers {
Alternative<TierSpec> ssd() { return alternative<SsdSpec, TierSpec>(); }
}  // namespace tiers

}  // namespace shardsim
