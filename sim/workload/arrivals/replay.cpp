// SPDX-License-Identifier: Apache-2.0
#include "config/error.hpp"
#include "workload/arrivals.hpp"
#include "workload/scaling.hpp"

namespace shardsim {
namespace {

class ReplaySource final : public ArrivalSource {
 public:
  ReplaySource(const std::filesystem::path& file, std::optional<Duration> max_gap)
      : reader_(file), detailed_(reader_.header().detail != TraceDetail::none), max_gap_(max_gap) {}

  std::optional<Arrival> next() override {
    const Time last = record_.arrival;
    if (!reader_.next(record_)) {
      if (reader_.count() == 0) reader_.fail("the trace has no records, so there is nothing to replay");
      return std::nullopt;
    }
    if (max_gap_ && reader_.count() > 1 && record_.arrival - last > *max_gap_)
      reader_.fail(
          fmt::format("comes {} after the one before, more than 'max_gap', {}; a clock jump or a change of unit?",
                      to_text(record_.arrival - last), to_text(*max_gap_)));
    return Arrival{record_.arrival, record_.items, detailed_ ? &record_ : nullptr};
  }

 private:
  TraceReader reader_;
  bool detailed_;
  std::optional<Duration> max_gap_;
  TraceRecord record_;
};

class Replay final : public Arrivals, public Scaling {
 public:
  DataFile file;
  std::optional<Duration> max_gap;

  bool gives_items() const override { return TraceReader(file.path).header().has_items; }
  std::optional<TraceHeader> recorded() const override {
    const TraceReader reader(file.path);
    if (reader.header().detail == TraceDetail::none) return std::nullopt;
    return reader.header();
  }
  std::optional<TraceHeader> trace() const override { return TraceReader(file.path).header(); }
  std::unique_ptr<ArrivalSource> open(std::uint64_t seed, std::uint32_t replication) const override {
    const auto plain = [this] { return std::make_unique<ReplaySource>(file.path, max_gap); };
    return open_scaled(plain, *this, file.path.string(), seed, replication);
  }
};

}  // namespace

template <>
void describe(Describe<Replay>& d) {
  d.object(
      "replay",
      "open loop, a trace recorded or converted (docs/traces.md): its times, and its items, lookups and rows where "
      "it has them; ends with the trace");
  d.required("file", &Replay::file, "the trace, text or compact, either perhaps gzip or zstd");
  d.optional("max_gap", &Replay::max_gap, "a longer silence is an error: a clock that jumped, or a change of unit")
      .more_than(Duration::zero());
  describe_scaling(d);
  d.check([](const Replay& r) -> std::optional<Complaint> {
    try {
      ReplaySource(r.file.path, r.max_gap).next();
    } catch (const InputError& e) {
      return Complaint{"file", e.what()};
    }
    return std::nullopt;
  });
}

namespace arrivals {
Alternative<Arrivals> replay() { return alternative<Replay, Arrivals>(); }
}  // namespace arrivals

}  // namespace shardsim
