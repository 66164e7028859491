// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/host.hpp"
#include "server/incoming.hpp"

namespace shardsim::real {

/// Answers every Report() of a service with its counters, as long as its queue is served.
template <class Service>
Detached answer_reports(Service& service, grpc::ServerCompletionQueue& queue, const Counters& counters) {
  Incoming<Nothing, Usage> incoming;
  if (!co_await incoming.from(service, &Service::RequestReport, queue)) co_return;
  answer_reports(service, queue, counters);  // the next
  const Usage usage = counters.usage();
  co_await incoming.answer(usage);
}

}  // namespace shardsim::real
