// SPDX-License-Identifier: Apache-2.0
// RPCs of 0 B to 4 MiB: how long one takes alone, and what CPU time both ends spend.
#include <stdexcept>
#include <thread>

#include "measure/echo.hpp"
#include "measure/samples.hpp"
#include "server/events.hpp"
#include "server/host.hpp"
#include "server/rank.grpc.pb.h"

namespace shardsim::real {
namespace {

class Client {
 public:
  Client() : channel_(channel_to(echo_address())), stub_(Shard::NewStub(channel_)) {
    await_peer(*channel_, "the echo server", echo_address(), 20);
  }

  double server_cpu_ns() {
    grpc::ClientContext context;
    Usage usage;
    require(stub_->Report(&context, Nothing{}, &usage));
    return static_cast<double>(usage.cpu_ns());
  }
  // One RPC.
  void call(const GatherRequest& request) {
    grpc::ClientContext context;
    GatherResponse response;
    grpc::Status status;
    const auto reader = stub_->AsyncGather(&context, request, &queue_);
    reader->Finish(&response, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    require(status);
  }

 private:
  // What fails is quick, and no measurement.
  static void require(const grpc::Status& status) {
    if (!status.ok()) throw std::runtime_error("an RPC failed: " + status.error_message());
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Shard::Stub> stub_;
  grpc::CompletionQueue queue_;
};

// Of about `asked` bytes, for so many in the answer.
GatherRequest request_of(std::size_t asked, std::size_t answered) {
  GatherRequest out;
  out.set_net(static_cast<std::uint32_t>(answered));
  if (asked > 0) out.add_lookups()->mutable_rows()->Resize(static_cast<int>(asked / 8), 1);
  return out;
}

// Each after a pause.
void calls(benchmark::State& state, const GatherRequest& request, std::chrono::milliseconds pause) {
  Client client;
  for (int n = 0; n < 20; ++n) client.call(request);  // windows grow
  Samples samples;
  const double server = client.server_cpu_ns();
  const std::uint64_t own = process_cpu_ns();
  for (auto _ : state) {
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
    samples.take(state, [&] { client.call(request); });
  }
  state.counters["client_cpu_ns"] =
      benchmark::Counter(static_cast<double>(process_cpu_ns() - own), benchmark::Counter::kAvgIterations);
  state.counters["server_cpu_ns"] =
      benchmark::Counter(client.server_cpu_ns() - server, benchmark::Counter::kAvgIterations);
  samples.tell(state);
}

// bytes of the request, of the response
void rpc(benchmark::State& state) {
  calls(state, request_of(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1))), {});
}

// ms of the pause: the server's core has gone to sleep
void rpc_after_pause(benchmark::State& state) {
  calls(state, request_of(0, 0), std::chrono::milliseconds(state.range(0)));
}

void sizes(benchmark::internal::Benchmark* b) {
  for (const int bytes : {0, 1 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20}) b->Args({bytes, 0});
  for (const int bytes : {1 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20}) b->Args({0, bytes});
}
BENCHMARK(rpc)->Apply(sizes)->UseManualTime();
BENCHMARK(rpc_after_pause)->Arg(5)->Iterations(100)->UseManualTime();

// Of a message alone, without network: bytes
void to_bytes(benchmark::State& state) {
  GatherResponse message;
  message.mutable_vectors()->Resize(static_cast<int>(state.range(0) / 4), 1.5F);
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    message.AppendToString(&bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(to_bytes)->Name("serialize")->Arg(16 << 10)->Arg(1 << 20);

void from_bytes(benchmark::State& state) {
  GatherResponse message;
  message.mutable_vectors()->Resize(static_cast<int>(state.range(0) / 4), 1.5F);
  const std::string bytes = message.SerializeAsString();
  for (auto _ : state) {
    GatherResponse parsed;
    parsed.ParseFromString(bytes);
    benchmark::DoNotOptimize(parsed.vectors().data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(from_bytes)->Name("parse")->Arg(16 << 10)->Arg(1 << 20);

}  // namespace
}  // namespace shardsim::real
