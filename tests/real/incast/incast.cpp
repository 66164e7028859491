// SPDX-License-Identifier: Apache-2.0
// Rounds of an incast over the kernel's TCP: one thread asks N kept connections at once, another answers each with as
// many bytes. Each sender is in a network namespace of its own, and so is the receiver; measure.py makes them, as
// root, and reads the line printed for each round:
//
//   slowest_us,median_us,first_start_us,last_start_us,retransmissions,timeouts
//
// Times count from just before the first request is written. Retransmissions and timeouts are those of all senders
// since the round before, by TCP_INFO.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::uint16_t kPort = 7000;
constexpr int kMostEvents = 64;

void require(bool fine, const std::string& what) {
  if (!fine) throw std::runtime_error(what + ": " + std::strerror(errno));
}
void enter(const std::string& space) {
  const int file = open(("/run/netns/" + space).c_str(), O_RDONLY | O_CLOEXEC);
  require(file >= 0 && setns(file, CLONE_NEWNET) == 0, "namespace " + space);
  close(file);
}

double now_us() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// tcp_info as of Linux 6.7, which counts timeouts; older headers end before them.
struct Info {
  tcp_info known;
  std::uint8_t later[64];
};
constexpr std::size_t kTotalTimeouts = offsetof(tcp_info, tcpi_snd_wnd) + 3 * sizeof(std::uint32_t);

struct Counts {
  std::uint64_t retransmissions = 0;
  std::uint64_t timeouts = 0;
};
Counts counts_of(int socket) {
  Info info{};
  socklen_t size = sizeof(info);
  require(getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0, "TCP_INFO");
  std::uint16_t timeouts = 0;
  require(size >= kTotalTimeouts + sizeof(timeouts), "this kernel does not count timeouts (Linux 6.7 does)");
  std::memcpy(&timeouts, reinterpret_cast<const char*>(&info) + kTotalTimeouts, sizeof(timeouts));
  return {info.known.tcpi_total_retrans, timeouts};
}

int tcp_socket(const std::string& congestion) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  require(fd >= 0, "socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  require(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "TCP_NODELAY");
  require(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion.data(), congestion.size()) == 0, congestion);
  return fd;
}
sockaddr_in address_of(int sender) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl((10U << 24) | (77U << 16) | (static_cast<unsigned>(sender) << 8) | 2U);
  return address;
}
void do_not_block(int fd) { require(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0, "fcntl"); }

struct Plan {
  std::string spaces;  // the receiver is in <spaces>r, sender i in <spaces>i
  int senders = 0;
  std::int64_t bytes = 0;
  int rounds = 0;
  int warmup = 0;
  int gap_us = 0;
  std::string congestion;
};

struct Sender {
  int fd = -1;
  std::int64_t left = 0;
  double started_us = 0;
};

class Incast {
 public:
  explicit Incast(Plan plan) : plan_(std::move(plan)), senders_(static_cast<std::size_t>(plan_.senders)) {
    connect_all();
  }

  void run() {
    std::thread answering([this] { answer(); });
    try {
      for (int round = -plan_.warmup; round < plan_.rounds; ++round) {
        const std::string line = one_round();
        if (round >= 0) std::puts(line.c_str());
        std::this_thread::sleep_for(std::chrono::microseconds(plan_.gap_us));
      }
    } catch (...) {
      ended_ = true;
      answering.join();
      throw;
    }
    ended_ = true;
    answering.join();
  }

 private:
  void connect_all() {
    std::vector<int> listening;
    for (int i = 0; i < plan_.senders; ++i) {
      enter(plan_.spaces + std::to_string(i));
      const int fd = listening.emplace_back(tcp_socket(plan_.congestion));
      sockaddr_in address = address_of(i);
      require(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 && listen(fd, 1) == 0, "listen");
    }
    enter(plan_.spaces + "r");
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      const int fd = receivers_.emplace_back(tcp_socket(plan_.congestion));
      sockaddr_in address = address_of(static_cast<int>(i));
      require(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "connect");
      senders_[i].fd = accept4(listening[i], nullptr, nullptr, SOCK_CLOEXEC);
      require(senders_[i].fd >= 0, "accept");
      // The socket takes a whole answer, so that the next sender begins at once.
      const int room = 4 << 20;
      require(setsockopt(senders_[i].fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) == 0, "SO_SNDBUFFORCE");
      for (const int end : {fd, senders_[i].fd}) do_not_block(end);
    }
  }

  void answer() {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < senders_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.u64 = i;
      epoll_ctl(epoll, EPOLL_CTL_ADD, senders_[i].fd, &event);
    }
    const std::vector<char> data(static_cast<std::size_t>(plan_.bytes));
    while (!ended_) {
      epoll_event events[kMostEvents];
      const int count = epoll_wait(epoll, events, kMostEvents, 100);
      for (int e = 0; e < count; ++e) serve(senders_[events[e].data.u64], data);
    }
    close(epoll);
  }
  void serve(Sender& s, const std::vector<char>& data) const {
    char request = 0;
    if (recv(s.fd, &request, 1, 0) == 1) {
      s.started_us = now_us();
      s.left = plan_.bytes;
    }
    while (s.left > 0) {
      const ssize_t sent = send(s.fd, data.data(), static_cast<std::size_t>(s.left), MSG_NOSIGNAL);
      if (sent <= 0) return;
      s.left -= sent;
    }
  }

  std::string one_round() {
    std::vector<std::size_t> order(senders_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    const double began = now_us();
    for (const std::size_t i : order) require(send(receivers_[i], "?", 1, MSG_NOSIGNAL) == 1, "send");
    std::vector<double> took = receive(began);
    std::sort(took.begin(), took.end());
    double first = 1e18, last = 0;
    Counts now;
    for (const Sender& s : senders_) {
      first = std::min(first, s.started_us - began);
      last = std::max(last, s.started_us - began);
      const Counts own = counts_of(s.fd);
      now.retransmissions += own.retransmissions;
      now.timeouts += own.timeouts;
    }
    char line[200];
    std::snprintf(line, sizeof(line), "%.1f,%.1f,%.1f,%.1f,%llu,%llu", took.back(), took[took.size() / 2], first, last,
                  static_cast<unsigned long long>(now.retransmissions - before_.retransmissions),
                  static_cast<unsigned long long>(now.timeouts - before_.timeouts));
    before_ = now;
    return line;
  }
  // Edge-triggered: what came before the first wait is an event too, as sockets are added anew.
  std::vector<double> receive(double began) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll, EPOLL_CTL_ADD, receivers_[i], &event);
    }
    std::vector<std::int64_t> left(receivers_.size(), plan_.bytes);
    std::vector<double> took;
    static char room[1 << 20];
    while (took.size() < left.size()) {
      epoll_event events[kMostEvents];
      const int count = epoll_wait(epoll, events, kMostEvents, 60'000);
      require(count > 0, "no answer for a minute");
      for (int e = 0; e < count; ++e) {
        const std::size_t i = events[e].data.u64;
        const ssize_t got = recv(receivers_[i], room, sizeof(room), 0);
        if (got <= 0) continue;
        left[i] -= got;
        if (left[i] == 0) took.push_back(now_us() - began);
      }
    }
    close(epoll);
    return took;
  }

  Plan plan_;
  std::vector<int> receivers_;
  std::vector<Sender> senders_;
  std::atomic<bool> ended_ = false;
  std::mt19937 random_{1};
  Counts before_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: incast NAMESPACES SENDERS BYTES ROUNDS WARMUP GAP_US CONGESTION; see measure.py\n");
    return 2;
  }
  // Other load of the machine is to be felt as little as possible; where it is not allowed, it is felt.
  sched_param priority{};
  priority.sched_priority = 1;
  sched_setscheduler(0, SCHED_FIFO, &priority);
  try {
    Incast({argv[1], std::stoi(argv[2]), std::stoll(argv[3]), std::stoi(argv[4]), std::stoi(argv[5]),
            std::stoi(argv[6]), argv[7]})
        .run();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "incast: %s\n", e.what());
    return 1;
  }
  return 0;
}
