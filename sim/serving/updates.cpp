// SPDX-License-Identifier: Apache-2.0
#include "serving/updates.hpp"

namespace shardsim {

template <>
void describe(Describe<RowUpdates>& d) {
  d.object("row-updates", "rows that are written while the model serves, as they are trained");
  d.required("rate", &RowUpdates::rate, "of batches").more_than(Rate{0}).at_most(Rate{1e6});
  d.required("rows", &RowUpdates::rows,
             "of a batch, of each table in proportion to its lookups; every replica that holds a row is sent it")
      .at_least(1)
      .at_most(100'000'000);
  d.optional("interval", &RowUpdates::interval, "between batches: poisson, at random; fixed: always the same");
  d.optional("cache", &RowUpdates::cache,
             "what becomes of a row's copy in a cache: refresh: it is written too; invalidate: it is dropped");
}

template <>
void describe(Describe<ModelRefresh>& d) {
  d.object("model-refresh",
           "a new version of all tables and weights, one server after another; each answers from its old copy until "
           "the new one is complete, and needs room for both");
  d.optional("start", &ModelRefresh::start, "from the start of the run");
  d.required("bandwidth", &ModelRefresh::bandwidth, "at which it is sent, unless the network or the server is slower")
      .more_than(Bandwidth{0});
  d.optional("pause", &ModelRefresh::pause, "between two servers");
  d.optional("chunk", &ModelRefresh::chunk, "bytes of a message; four may be under way").at_least(Bytes{4096});
}

template <>
void describe(Describe<Updates>& d) {
  d.object("updates", "what is written while the model serves");
  d.optional("writes", &Updates::writes, "batches of rows");
  d.optional("refresh", &Updates::refresh, "a new version of the model");
  d.check([](const Updates& u) -> std::optional<Complaint> {
    if (!u.writes && !u.refresh) return Complaint{"", "has nothing in it; expected 'writes', 'refresh' or both"};
    return std::nullopt;
  });
}

}  // namespace shardsim
