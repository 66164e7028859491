// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/events.hpp"
#include "server/host.hpp"

namespace shardsim::real {

/// Answers every Report() of a service with its counters, as long as its queue is served.
template <class Service>
Detached answer_reports(Service& service, grpc::ServerCompletionQueue& queue, const Counters& counters) {
  grpc::ServerContext context;
  Nothing nothing;
  grpc::ServerAsyncResponseWriter<Usage> writer(&context);
  Event event;
  if (!co_await event.after(
          [&](void* tag) { service.RequestReport(&context, &nothing, &writer, &queue, &queue, tag); }))
    co_return;
  answer_reports(service, queue, counters);  // the next
  co_await event.after([&](void* tag) { writer.Finish(counters.usage(), grpc::Status::OK, tag); });
}

}  // namespace shardsim::real
