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

  /// When a customer is told: `work` after a server was granted; as soon as it was granted, as the customer knows when
  /// it is done; or as only a Series is.
  enum class Told : std::uint8_t { at_end, at_start, as_series };

  /// A customer, for those who build other ways to use a server on top. It must stay in place until it has left.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): a run makes one for each of its events
  struct Customer {
    EventTarget on_served;
    Duration work{};  ///< that it brings; from its start on, as long as it takes at the station's pace then
    Told told = Told::at_end;
    Time arrived;                  ///< once it has entered
    Time started;                  ///< once a server was granted
    Customer* next;                ///< while it waits
    Customer** in_line = nullptr;  ///< what points to it while it waits, else null
  };
  void enter(Customer& customer);
  /// The same, before the first in line behind whom `before(customer, who waits)` does not have to wait.
  template <class Before>
  void enter_sorted(Customer& customer, const Before& before);
  /// Takes a customer who waits out of the line, as if it had never come. False: it does not wait (any more).
  bool withdraw(Customer& customer);
  /// Gives the server to the next in line. A customer may stay longer than `work`: all time since the start counts.
  Visit leave(const Customer& customer) { return leave(customer, 1); }

  int servers() const { return servers_; }
  int busy() const { return busy_; }
  bool any_idle() const { return busy_ < servers_; }
  /// Customers who wait for a server, counted one by one.
  int waiting() const {
    int n = 0;
    for (const Customer* c = head_; c != nullptr; c = c->next) ++n;
    return n;
  }
  Simulation& simulation() { return sim_; }

  /// Before anybody enters: that set_slowdown() will be called.
  void expect_slowdowns() { keeps_pace_ = false; }
  /// Factor by which work that starts from now on takes longer; what has started keeps its own. Precondition:
  /// expect_slowdowns().
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
  friend class Series;
  void start(Customer& customer) {
    customer.started = sim_.now();
    if (customer.told == Told::as_series) return go_on(customer);
    if (slowdown_ != 1) [[unlikely]]
      customer.work = scaled(customer.work, slowdown_);
    started_ += customer.work;
    sim_.at(customer.told == Told::at_start ? customer.started : customer.started + customer.work, customer.on_served);
  }
  Visit leave(const Customer& customer, int visits);
  void book(const Visit& visit, int visits) {
    visits_ += visits;
    served_ += visit.served;
    waited_ += visit.waited;
  }
  static void unlink(Customer& customer) {
    *customer.in_line = customer.next;
    if (customer.next != nullptr) customer.next->in_line = customer.in_line;
    customer.in_line = nullptr;
  }
  static void go_on(Customer& series);
  // Series that keep a server for more than one visit, as nobody waits. They are linked as those in the line are.
  void note_in_stretch(Customer& series);
  void interrupt_stretches();

  Simulation& sim_;
  int servers_;
  int busy_ = 0;
  Customer* head_ = nullptr;
  Customer** tail_ = &head_;
  Customer* stretches_ = nullptr;
  double slowdown_ = 1;
  bool keeps_pace_ = true;
  Duration started_{};  // work of all who were granted a server
  Duration served_{};
  Duration waited_{};
  std::int64_t visits_ = 0;
};

[[gnu::always_inline]] inline void Station::enter(Customer& customer) {
  customer.arrived = sim_.now();
  if (any_idle()) {
    ++busy_;
    return start(customer);
  }
  if (stretches_ != nullptr) [[unlikely]]
    interrupt_stretches();
  customer.in_line = tail_;
  customer.next = nullptr;
  *tail_ = &customer;
  tail_ = &customer.next;
}

template <class Before>
void Station::enter_sorted(Customer& customer, const Before& before) {
  if (any_idle()) return enter(customer);
  Customer** place = &head_;
  while (*place != nullptr && !before(customer, **place)) place = &(*place)->next;
  Customer* const behind = *place;
  if (behind == nullptr) return enter(customer);
  customer.arrived = sim_.now();
  customer.in_line = place;
  customer.next = behind;
  *place = &customer;
  behind->in_line = &customer.next;
}

inline bool Station::withdraw(Customer& customer) {
  if (customer.in_line == nullptr) return false;
  if (customer.next == nullptr) tail_ = customer.in_line;
  unlink(customer);
  return true;
}

[[gnu::always_inline]] inline Station::Visit Station::leave(const Customer& customer, int visits) {
  const Visit visit{customer.started - customer.arrived, sim_.now() - customer.started};
  book(visit, visits);
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
