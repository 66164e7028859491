// SPDX-License-Identifier: Apache-2.0
#include "cluster/cluster.hpp"

namespace shardsim {
namespace {

constexpr const char* kMainService = "main";

bool is_named_by(const std::string& pattern, const std::string& service) {
  return pattern == service || matches(pattern, service);
}

std::vector<std::string> patterns_of(const std::vector<Pool>& pools) {
  std::vector<std::string> patterns;
  for (const Pool& pool : pools) patterns.insert(patterns.end(), pool.services.begin(), pool.services.end());
  return patterns;
}

// Which services of a run are in which pool, as the patterns are gone through.
class Assignment {
 public:
  Assignment(const std::vector<Pool>& pools, const std::vector<std::string>& services)
      : pools_(pools), services_(services), pool_of_(services.size(), kNone) {}

  std::vector<std::size_t> make() {
    for (std::size_t p = 0; p < pools_.size(); ++p)
      for (std::size_t i = 0; i < pools_[p].services.size(); ++i) take(p, i);
    for (std::size_t s = 0; s < services_.size(); ++s)
      if (pool_of_[s] == kNone)
        throw ScenarioError("/cluster/pools",
                            fmt::format("the service {} is in no pool; name it in one of them{}",
                                        in_quotes(services_[s]), suggestion(services_[s], patterns_of(pools_))));
    return std::move(pool_of_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void take(std::size_t p, std::size_t i) {
    const std::string& pattern = pools_[p].services[i];
    const std::string pointer = fmt::format("/cluster/pools/{}/services/{}", p, i);
    bool any = false;
    for (std::size_t s = 0; s < services_.size(); ++s) {
      if (!is_named_by(pattern, services_[s])) continue;
      any = true;
      if (pool_of_[s] != kNone && pool_of_[s] != p)
        throw ScenarioError(
            pointer, fmt::format("{} names the service {}, which is in pool {} already; each service "
                                 "belongs in one pool",
                                 in_quotes(pattern), in_quotes(services_[s]), in_quotes(pools_[pool_of_[s]].name)));
      pool_of_[s] = p;
    }
    if (!any)
      throw ScenarioError(pointer,
                          fmt::format("no service matches {}{}", in_quotes(pattern), suggestion(pattern, services_)));
  }

  const std::vector<Pool>& pools_;
  const std::vector<std::string>& services_;
  std::vector<std::size_t> pool_of_;
};

}  // namespace

std::vector<PoolView> pools_of(const Cluster& cluster) {
  if (cluster.pools.empty())
    return {{&cluster.main.value(), "main", "cluster.main", "main", true, false},
            {&cluster.sparse.value(), "sparse", "cluster.sparse", "sparse", false, true}};
  std::vector<PoolView> views;
  for (const Pool& pool : cluster.pools) {
    const auto& patterns = pool.services;
    const auto takes_main = [](const std::string& pattern) { return is_named_by(pattern, kMainService); };
    const auto is_main = [](const std::string& pattern) { return pattern == kMainService; };
    views.push_back({&pool, fmt::format("pools/{}", views.size()), fmt::format("cluster.pools.{}", views.size()),
                     "pool " + in_quotes(pool.name), std::any_of(patterns.begin(), patterns.end(), takes_main),
                     !std::all_of(patterns.begin(), patterns.end(), is_main)});
  }
  return views;
}

std::vector<std::size_t> pool_by_service(const Cluster& cluster, const std::vector<std::string>& services) {
  if (!cluster.pools.empty()) return Assignment(cluster.pools, services).make();
  std::vector<std::size_t> pools(services.size(), 1);
  pools.front() = 0;
  return pools;
}

}  // namespace shardsim
