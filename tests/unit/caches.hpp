// SPDX-License-Identifier: Apache-2.0
// Caches for tests: made of JSON, and asked for rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "caches/cache_policy.hpp"

namespace shardsim {

inline Choice<CachePolicy> cache_policy(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<Choice<CachePolicy>>(d);
}

inline std::unique_ptr<const RankSampler> law_of(const std::string& json, std::int64_t rows) {
  Document d = Document::wrap(Json::parse(json), "test", std::filesystem::temp_directory_path());
  return read_document<Choice<Popularity>>(d)->over(rows);
}
inline std::unique_ptr<const RankSampler> zipf_law(double s, std::int64_t rows) {
  return law_of(fmt::format(R"({{"type": "zipf", "s": {}}})", s), rows);
}

/// Lookups of independent rows: the table by `lookups`, the row by its law.
class Lookups {
 public:
  Lookups(const std::vector<CachedTable>& tables, std::uint64_t seed)
      : tables_(tables), random_(seed, 0, Purpose::rows, 0) {
    for (const CachedTable& t : tables) all_ += t.lookups;
  }
  std::pair<std::size_t, std::int64_t> next() {
    double left = random_.uniform() * all_;
    std::size_t table = 0;
    while (table + 1 < tables_.size() && left >= tables_[table].lookups) left -= tables_[table++].lookups;
    return {table, tables_[table].law->sample(random_)};
  }

 private:
  std::vector<CachedTable> tables_;
  RandomStream random_;
  double all_ = 0;
};

}  // namespace shardsim
