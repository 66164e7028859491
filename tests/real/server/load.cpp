// SPDX-License-Identifier: Apache-2.0
#include "server/load.hpp"

#include <grpcpp/generic/generic_stub.h>

#include <cmath>
#include <deque>
#include <thread>

#include "experiment/output.hpp"
#include "server/host.hpp"
#include "server/rank.grpc.pb.h"

namespace shardsim::real {
namespace {

// A query, made before anything is sent so that sending takes as little as can be.
struct Sent {
  std::uint64_t id = 0;
  int items = 0;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call;
  std::uint64_t due_ns = 0;  // since the start
  std::uint64_t sent_ns = 0;
  std::uint64_t done_ns = 0;
};

std::size_t dense_inputs(const Model& model) {
  std::size_t inputs = 0;
  for (const Net& net : model.nets)
    if (net.bottom_mlp && !net.bottom_mlp->layers.empty())
      inputs += static_cast<std::size_t>(net.bottom_mlp->layers[0]);
  return inputs;
}

Query message(const Setup& setup, const shardsim::Query& query, std::size_t inputs, bool stamps) {
  Query out;
  out.set_id(query.id);
  out.set_items(static_cast<std::uint32_t>(query.items));
  out.set_stamps_wanted(stamps);
  for (std::size_t i = 0; i < inputs * static_cast<std::size_t>(query.items); ++i)
    out.add_dense(static_cast<float>((query.id + i) % 7) / 8.0F);
  for (std::size_t t = 0; t < setup.tables.size(); ++t) {
    if (query.lookups[t] == 0) continue;
    const bool per_item = setup.tables[t].table->per == Per::item;
    Lookups& lookups = *out.add_lookups();
    lookups.set_table(static_cast<std::uint32_t>(t));
    for (int i = 0; i < (per_item ? query.items : 1); ++i) {
      const auto rows = query.rows_in(t, setup.tables[t].table->per, i, i + 1);
      lookups.add_lengths(static_cast<std::uint32_t>(rows.size()));
      for (const std::int64_t row : rows) lookups.add_rows(static_cast<std::uint64_t>(row));
    }
  }
  return out;
}

grpc::ByteBuffer serialized(const Query& query) {
  const grpc::Slice slice(query.SerializeAsString());
  return {&slice, 1};
}

std::deque<Sent> queries_of(const Setup& setup, bool stamps) {
  const Traffic& traffic = setup.scenario.traffic;
  const QueryStream stream(setup.model, traffic, setup.scenario.seed, setup.scenario.replication);
  const auto source = traffic.arrivals->open(setup.scenario.seed, setup.scenario.replication);
  const std::size_t inputs = dense_inputs(setup.model);
  std::deque<Sent> out;
  for (std::int64_t n = 0; n < traffic.queries; ++n) {
    std::optional<Arrival> arrival = source ? source->next() : Arrival{};
    if (!arrival) break;
    const shardsim::Query query = stream.make(static_cast<std::uint64_t>(n), *arrival);
    Sent& sent = out.emplace_back();
    sent.id = query.id;
    sent.items = query.items;
    sent.request = serialized(message(setup, query, inputs, stamps));
    sent.due_ns = static_cast<std::uint64_t>(arrival->time.time_since_epoch().count() / 1000);
  }
  return out;
}

class Generator {
 public:
  Generator(std::shared_ptr<grpc::Channel> channel, std::deque<Sent>& queries)
      : stub_(std::move(channel)), queries_(queries) {}

  // At the times of arrival.
  void run_open() {
    std::thread receiver([this] {
      for (std::size_t n = 0; n < queries_.size(); ++n) receive();
    });
    start_ns_ = now_ns() + kLead;
    for (Sent& query : queries_) {
      const std::uint64_t due = start_ns_ + query.due_ns;
      const timespec until{static_cast<time_t>(due / kSecond), static_cast<long>(due % kSecond)};
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
      }
      send(query);
    }
    receiver.join();
  }

  // One after the other.
  void run_serial() {
    start_ns_ = now_ns();
    for (Sent& query : queries_) {
      query.due_ns = now_ns() - start_ns_;
      send(query);
      receive();
    }
  }

 private:
  static constexpr std::uint64_t kSecond = 1'000'000'000;
  static constexpr std::uint64_t kLead = 100'000'000;  // before the first, for the receiver to be there

  void send(Sent& query) {
    query.sent_ns = now_ns() - start_ns_;
    query.call = stub_.PrepareUnaryCall(&query.context, "/shardsim.real.Main/Rank", query.request, &queue_);
    query.call->StartCall();
    query.call->Finish(&query.response, &query.status, &query);
  }
  void receive() {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    Sent& query = *static_cast<Sent*>(tag);
    query.done_ns = now_ns() - start_ns_;
    query.request.Clear();
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::deque<Sent>& queries_;
  std::uint64_t start_ns_ = 0;
};

template <class Stub>
Usage usage(Stub& stub) {
  grpc::ClientContext context;
  Usage out;
  if (const grpc::Status status = stub.Report(&context, Nothing{}, &out); !status.ok())
    throw std::runtime_error(fmt::format("a server does not report: {}", status.error_message()));
  return out;
}

// Of the main shard, then of each sparse shard.
class Processes {
 public:
  Processes(const std::shared_ptr<grpc::Channel>& main, const std::vector<std::string>& shards)
      : main_(Main::NewStub(main)) {
    for (const std::string& address : shards) shards_.push_back(Shard::NewStub(channel_to(address)));
  }
  std::vector<Usage> usages() const {
    std::vector<Usage> out{usage(*main_)};
    for (const auto& shard : shards_) out.push_back(usage(*shard));
    return out;
  }

 private:
  std::unique_ptr<Main::Stub> main_;
  std::vector<std::unique_ptr<Shard::Stub>> shards_;
};

double percentile(const std::vector<double>& sorted, double share) {
  const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(at, 1, sorted.size()) - 1];
}

Json summary(const std::deque<Sent>& queries, const std::vector<Usage>& before, const std::vector<Usage>& after) {
  std::vector<double> latencies;
  double latest = 0;
  for (const Sent& q : queries) {
    latencies.push_back(static_cast<double>(q.done_ns - q.due_ns) / 1e3);
    latest = std::max(latest, static_cast<double>(q.sent_ns - q.due_ns) / 1e3);
  }
  std::sort(latencies.begin(), latencies.end());
  double sum = 0;
  for (const double l : latencies) sum += l;
  const auto count = static_cast<double>(latencies.size());
  Json out = {{"queries", latencies.size()},
              {"mean_us", sum / count},
              {"p50_us", percentile(latencies, 0.5)},
              {"p90_us", percentile(latencies, 0.9)},
              {"p99_us", percentile(latencies, 0.99)},
              {"latest_sent_us", latest},
              {"seconds", static_cast<double>(queries.back().done_ns) / 1e9},
              {"processes", Json::array()}};
  for (std::size_t p = 0; p < before.size(); ++p) {
    const auto per_query = [&](std::uint64_t from, std::uint64_t to) {
      return static_cast<double>(to - from) / 1e3 / count;
    };
    out["processes"].push_back({{"cpu_us_per_query", per_query(before[p].cpu_ns(), after[p].cpu_ns())},
                                {"dense_us_per_query", per_query(before[p].dense_ns(), after[p].dense_ns())},
                                {"sparse_us_per_query", per_query(before[p].sparse_ns(), after[p].sparse_ns())},
                                {"requests", after[p].requests() - before[p].requests()}});
  }
  return out;
}

Scores scores_of(const Sent& query) {
  std::vector<grpc::Slice> slices;
  query.response.Dump(&slices);
  std::string bytes;
  for (const grpc::Slice& s : slices) bytes.append(reinterpret_cast<const char*>(s.begin()), s.size());
  Scores out;
  if (!out.ParseFromString(bytes)) throw std::runtime_error("the main shard's answer cannot be read");
  return out;
}

std::string step_name(Step step) {
  std::string name = Step_Name(step);
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  return name;
}

void write_latencies(const std::string& file, const std::deque<Sent>& queries) {
  std::string text = "query,items,due_us,sent_us,latency_us\n";
  for (const Sent& q : queries)
    text += fmt::format("{},{},{:.3f},{:.3f},{:.3f}\n", q.id, q.items, static_cast<double>(q.due_ns) / 1e3,
                        static_cast<double>(q.sent_ns) / 1e3, static_cast<double>(q.done_ns - q.due_ns) / 1e3);
  write_file(file, text);
}

void write_stamps(const std::string& file, const std::deque<Sent>& queries) {
  std::string text = "query,batch,net,target,step,begin_us,took_us\n";
  for (const Sent& q : queries) {
    const Scores scores = scores_of(q);
    const std::uint64_t zero = scores.stamps().empty() ? 0 : scores.stamps().rbegin()->begin_ns();
    for (const Stamp& s : scores.stamps())
      text += fmt::format("{},{},{},{},{},{:.3f},{:.3f}\n", q.id, s.batch(), s.net(), s.target(), step_name(s.step()),
                          (static_cast<double>(s.begin_ns()) - static_cast<double>(zero)) / 1e3,
                          static_cast<double>(s.end_ns() - s.begin_ns()) / 1e3);
  }
  write_file(file, text);
}

void write_scores(const std::string& file, const std::deque<Sent>& queries) {
  std::string text;
  for (const Sent& q : queries) {
    text += fmt::format("{}", q.id);
    const Scores scores = scores_of(q);
    for (const float score : scores.scores()) text += fmt::format(" {:a}", score);
    text += '\n';
  }
  write_file(file, text);
}

}  // namespace

Json send_load(const Setup& setup, const LoadOptions& options) {
  std::deque<Sent> queries = queries_of(setup, !options.stamps.empty());
  if (queries.empty()) throw InputError("the scenario has no queries");
  const auto channel = channel_to(options.main);
  await_peer(*channel, "the main shard", options.main, options.patience_s);
  const Processes processes(channel, options.shards);
  const std::vector<Usage> before = processes.usages();
  Generator generator(channel, queries);
  if (setup.scenario.traffic.arrivals->closed_loop())
    generator.run_serial();
  else
    generator.run_open();
  const std::vector<Usage> after = processes.usages();
  for (const Sent& q : queries)
    if (!q.status.ok()) throw std::runtime_error(fmt::format("query {} failed: {}", q.id, q.status.error_message()));
  if (!options.latencies.empty()) write_latencies(options.latencies, queries);
  if (!options.stamps.empty()) write_stamps(options.stamps, queries);
  if (!options.scores.empty()) write_scores(options.scores, queries);
  return summary(queries, before, after);
}

}  // namespace shardsim::real
