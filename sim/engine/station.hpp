// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

#include "engine/simulation.hpp"

namespace shardsim {

/// First-come-first-served station of identical servers, such as the cores of a host. A visit costs one event: a
/// customer who waits is started by the one who leaves.
class Station {
 public:
  /// servers >= 1.
  Station(Simulation& sim, int servers) : sim_(sim), servers_(servers) {}
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;

  /// How a visit went.
  struct Visit {
    Duration waited;
    Duration served;
  };

  /// `Visit v = co_await station.run(work)`: waits for a server, then holds it for `work`.
  auto run(Duration work);

  /// A customer, for those who build other ways to use a server on top. It must stay in place until it has left.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a run makes one for each of its events
  struct Customer {
    EventTarget on_served;       ///< `work` after a server was granted
    Duration work{};             ///< that it brings; from its start on, as long as it takes at the station's pace then
    bool told_at_start = false;  ///< on_served: as soon as a server was granted; the customer knows when it is done
    Time arrived;                ///< once it has entered
    Time started;                ///< once a server was granted
    Customer* next;              ///< while it waits
    Customer** in_line = nullptr;  ///< what points to it while it waits, else null
  };
  void enter(Customer& customer);
  /// Takes a customer who waits out of the line, as if it had never come. False: it does not wait (any more).
  bool withdraw(Customer& customer);
  /// Gives the server to the next in line. A customer may stay longer than `work`: all time since the start counts.
  Visit leave(const Customer& customer);

  int servers() const { return servers_; }
  int busy() const { return busy_; }
  /// Customers who wait for a server, counted one by one.
  int waiting() const {
    int n = 0;
    for (const Customer* c = head_; c != nullptr; c = c->next) ++n;
    return n;
  }
  Simulation& simulation() { return sim_; }

  /// Factor by which work that starts from now on takes longer; what has started keeps its own.
  void set_slowdown(double factor) { slowdown_ = factor; }
  double slowdown() const { return slowdown_; }

  /// Work that all customers up to now brought with them, whether served or still waiting.
  Duration offered() const {
    Duration waiting{};
    for (const Customer* c = head_; c != nullptr; c = c->next) waiting += c->work;
    return started_ + (slowdown_ == 1 ? waiting : scaled(waiting, slowdown_));
  }
  Duration served() const { return served_; }
  Duration waited() const { return waited_; }
  std::int64_t visits() const { return visits_; }

 private:
  void start(Customer& customer) {
    customer.started = sim_.now();
    if (slowdown_ != 1) [[unlikely]]
      customer.work = scaled(customer.work, slowdown_);
    started_ += customer.work;
    sim_.at(customer.told_at_start ? customer.started : customer.started + customer.work, customer.on_served);
  }

  Simulation& sim_;
  int servers_;
  int busy_ = 0;
  Customer* head_ = nullptr;
  Customer** tail_ = &head_;
  double slowdown_ = 1;
  Duration started_{};  // work of all who were granted a server
  Duration served_{};
  Duration waited_{};
  std::int64_t visits_ = 0;
};

[[gnu::always_inline]] inline void Station::enter(Customer& customer) {
  customer.arrived = sim_.now();
  if (busy_ < servers_) {
    ++busy_;
    return start(customer);
  }
  customer.in_line = tail_;
  customer.next = nullptr;
  *tail_ = &customer;
  tail_ = &customer.next;
}

inline bool Station::withdraw(Customer& customer) {
  if (customer.in_line == nullptr) return false;
  *customer.in_line = customer.next;
  (customer.next == nullptr ? tail_ : customer.next->in_line) = customer.in_line;
  customer.in_line = nullptr;
  return true;
}

[[gnu::always_inline]] inline Station::Visit Station::leave(const Customer& customer) {
  const Visit visit{customer.started - customer.arrived, sim_.now() - customer.started};
  ++visits_;
  served_ += visit.served;
  waited_ += visit.waited;
  if (head_ == nullptr) {
    --busy_;
  } else {
    Customer& next = *head_;
    withdraw(next);
    start(next);
  }
  return visit;
}

inline auto Station::run(Duration work) {
  struct Awaiter : Customer {
    Station& station;
    Awaiter(Station& s, Duration duration) : station(s) { this->work = duration; }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      this->on_served = EventTarget(h);
      station.enter(*this);
    }
    Visit await_resume() { return station.leave(*this); }
  };
  return Awaiter(*this, work);
}

}  // namespace shardsim
