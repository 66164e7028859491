// SPDX-License-Identifier: Apache-2.0
#include "measure/echo.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "server/rank.grpc.pb.h"
#include "server/reports.hpp"

namespace shardsim::real {
namespace {

class Echo {
 public:
  explicit Echo(const std::string& address) : host_(service_, address) {}
  void serve() {
    for (int n = 0; n < 16; ++n) answer_gather();
    answer_reports(service_, host_.queue(), counters_);
    host_.serve(1);
  }

 private:
  Detached answer_gather() {
    Incoming<GatherRequest, GatherResponse> incoming;
    if (!co_await incoming.from(service_, &Shard::AsyncService::RequestGather, host_.queue())) co_return;
    answer_gather();  // the next
    GatherResponse response;
    response.mutable_vectors()->Resize(static_cast<int>(incoming.request().net() / sizeof(float)), 0);
    co_await incoming.answer(response);
  }

  Counters counters_;
  Shard::AsyncService service_;
  Host host_;
};

// As a signal, for which the server waits anyway. To its thread: others, of libraries, do not block it.
void stop_when_input_ends(pthread_t server) {
  constexpr int kPatienceMs = 60'000;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  std::array<char, 256> ignored{};
  while (poll(&input, 1, kPatienceMs) > 0 && read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) continue;
  pthread_kill(server, SIGTERM);
}

}  // namespace

void serve_echo(const std::string& address, bool until_input_ends) {
  if (until_input_ends) std::thread(stop_when_input_ends, pthread_self()).detach();
  Echo(address).serve();
}

std::string& echo_address() {
  static std::string address;
  return address;
}

}  // namespace shardsim::real
