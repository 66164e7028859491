// SPDX-License-Identifier: Apache-2.0
// RPCs whose overhead and gather a core of the shard does without a break are customers of M/G/1 or M/D/c, with the
// summed service. In two visits, other RPCs would come between.
#include "validation/family.hpp"
#include "validation/queueing.hpp"

namespace shardsim {
namespace {

class RunToCompletion final : public Family {
 public:
  std::vector<Case> cases() const override {
    constexpr double kCv = 0.5;  // half of the work is exponential, half constant
    constexpr double kLoad = 0.7;
    const queueing::Mdc four(4, 0.8, kServiceUs);
    return {steady_state("run-to-completion-mg1", "fork-join.json", one_shard(1, kLoad, "exponential"), 400'000,
                         {mean_latency(queueing::mg1_mean(kLoad, kServiceUs, kCv))}),
            steady_state("run-to-completion-mdc", "fork-join.json", one_shard(4, 0.8, "fixed"), 800'000,
                         {mean_latency(four.mean()), latency_quantile(0.9, four.quantile(0.9)),
                          latency_quantile(0.99, four.quantile(0.99))})};
  }

 private:
  static Assignments one_shard(int cores, double load, const std::string& gather) {
    return {{"sharding", R"({"strategy": "one-shard"})"},
            {"model.nets.both.tables", R"([{"name": "a", "rows": 1, "dim": 1, "time": "50 us",
                                            "pooling": {"type": "fixed", "value": 1}}])"},
            {"cluster.sparse.platform.net_overhead", "50 us"},
            {"cluster.sparse.platform.cores", std::to_string(cores)},
            {"serving.threads", "run-to-completion"},
            {"serving.jitter.sparse",
             gather == "fixed" ? R"({"type": "fixed", "value": 1})" : R"({"type": "exponential", "mean": 1})"},
            {"traffic.arrivals.rate", per_second(cores * load / kServiceUs * 1e6)}};
  }
};

}  // namespace

template <>
void describe(Describe<RunToCompletion>& d) {
  d.object("run-to-completion", "threads that run to completion: M/G/1 and M/D/c with the sum of an RPC's steps");
}

namespace families {
Alternative<Family> run_to_completion() { return alternative<RunToCompletion, Family>(); }
}  // namespace families

}  // namespace shardsim
