// SPDX-License-Identifier: Apache-2.0
#include "server/host.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "server/events.hpp"

namespace shardsim::real {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Usage Counters::usage() const {
  Usage out;
  out.set_cpu_ns(process_cpu_ns());
  out.set_dense_ns(dense_ns);
  out.set_sparse_ns(sparse_ns);
  out.set_requests(requests);
  return out;
}

Host::Host(grpc::Service& service, const std::string& address) : address_(address) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // else two servers would share a port
  builder.SetMaxReceiveMessageSize(-1);
  builder.SetMaxSendMessageSize(-1);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port == 0)
    throw std::runtime_error(fmt::format("cannot listen at {}; is the port in use?", address));
  const std::size_t colon = address.rfind(':');
  if (address.substr(colon + 1) == "0") address_ = fmt::format("{}:{}", address.substr(0, colon), port);
}

void Host::block_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void Host::serve(int threads) {
  std::vector<std::thread> crew;
  for (int t = 0; t < threads; ++t) crew.emplace_back([this] { Event::serve(*queue_); });
  fmt::print("ready at {}\n", address_);
  std::fflush(stdout);
  const sigset_t set = stop_signals();
  int received = 0;
  sigwait(&set, &received);
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  queue_->Shutdown();
  for (std::thread& t : crew) t.join();
}

std::shared_ptr<grpc::Channel> channel_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // times through somebody's proxy would be no measurement
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

void await_peer(grpc::Channel& channel, const std::string& what, const std::string& address, double patience_s) {
  const auto patience = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(patience_s));
  if (!channel.WaitForConnected(std::chrono::system_clock::now() + patience))
    throw std::runtime_error(fmt::format("{} at {} cannot be reached", what, address));
}

}  // namespace shardsim::real
