// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include "server/events.hpp"

namespace shardsim::real {

/// A request that comes in, and the way back for its answer.
template <class Request, class Response>
class Incoming {
 public:
  const Request& request() const { return request_; }

  /// `co_await`: until there is one; false when the server stops. `ask`: the service's Request... of the method.
  template <class Service, class Ask>
  auto from(Service& service, Ask ask, grpc::ServerCompletionQueue& queue) {
    return event_.after([this, &service, ask, &queue](void* tag) {
      (service.*ask)(&context_, &request_, &writer_, &queue, &queue, tag);
    });
  }
  /// `co_await`: until it is answered. The response is serialized at once.
  auto answer(const Response& response) {
    return event_.after([this, &response](void* tag) { writer_.Finish(response, grpc::Status::OK, tag); });
  }
  auto refuse(const std::string& why) {
    return event_.after([this, &why](void* tag) {
      writer_.FinishWithError(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, why), tag);
    });
  }

 private:
  grpc::ServerContext context_;
  Request request_;
  grpc::ServerAsyncResponseWriter<Response> writer_{&context_};
  Event event_;
};

}  // namespace shardsim::real
