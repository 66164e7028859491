// SPDX-License-Identifier: Apache-2.0
// The path of a batch whose main shard has a near cache.
#include "serving/serving.hpp"

namespace shardsim {

// What the batch asks of sparse shards, in all of its nets, is looked for before anything else.
Process Serving::look_up_and_serve(const Query& query, Batch batch, MainReplica& main, Outcome& outcome,
                                   Join<BatchPath>& batches) {
  BatchPath path;
  const Activity activity{query.id, batch.number};
  Slot slot(context_, activity, path.critical);
  const Duration looking = main.replica->near_cache->tables().looking(query, batch.first, batch.last);
  co_await slot.run(Step::near, *main.replica->server, Work::sparse, looking);
  co_await slot.leave();
  path.critical[Span::cache] = std::exchange(path.critical[Span::sparse], Duration::zero());

  Join<BatchPath> served;
  served.fork();
  serve_batch(query, batch, main, outcome, served);
  co_await served;
  const Spans before = path.critical;
  path = served.last();
  path.critical += before;
  if (served.failed())
    batches.fail(path);
  else
    batches.finish(path);
}

}  // namespace shardsim
