// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <numeric>

#include "cluster/host.hpp"
#include "network/network.hpp"

namespace shardsim {

/// Where the time of a query goes. Waiting for a core is queueing; waiting at a port is network; waiting for an answer
/// that did not come in time is timeout_wait; waiting where a server works on as many requests as it may is
/// worker_wait; looking for rows in a cache is cache, and getting them from another tier is ssd or far_memory.
enum class Span { queueing, dense, sparse, serde, service, network, timeout_wait, worker_wait, cache, ssd, far_memory };
inline constexpr std::size_t kSpans = 11;
template <>
struct EnumNames<Span> {
  static constexpr std::array<std::pair<Span, std::string_view>, kSpans> names{{{Span::queueing, "queueing"},
                                                                                {Span::dense, "dense"},
                                                                                {Span::sparse, "sparse"},
                                                                                {Span::serde, "serde"},
                                                                                {Span::service, "service"},
                                                                                {Span::network, "network"},
                                                                                {Span::timeout_wait, "timeout_wait"},
                                                                                {Span::worker_wait, "worker_wait"},
                                                                                {Span::cache, "cache"},
                                                                                {Span::ssd, "ssd"},
                                                                                {Span::far_memory, "far_memory"}}};
};

/// That of what a tier is waited for.
inline Span span_of(TierKind kind) { return kind == TierKind::ssd ? Span::ssd : Span::far_memory; }

/// Time by span.
class SpanTimes {
 public:
  Duration operator[](Span s) const { return times_[static_cast<std::size_t>(s)]; }
  Duration& operator[](Span s) { return times_[static_cast<std::size_t>(s)]; }

  Duration total() const { return std::accumulate(times_.begin(), times_.end(), Duration::zero()); }
  const std::array<Duration, kSpans>& all() const { return times_; }

  SpanTimes& operator+=(const SpanTimes& other) {
    for (std::size_t i = 0; i < kSpans; ++i) times_[i] += other.times_[i];
    return *this;
  }

 private:
  std::array<Duration, kSpans> times_{};
};

/// Where and how the time of a chain of work went. The spans add up to the time it took, exactly. Beside them stands
/// the core time of all that was worked, on branches that nobody had to wait for too.
class Spans : public SpanTimes {
 public:
  // Not "= default", by which `{}` would first write zeros over all the room for places.
  [[gnu::always_inline]] Spans() {}  // NOLINT(modernize-use-equals-default)
  Spans& operator+=(const Spans& other) {
    SpanTimes::operator+=(other);
    links_ += other.links_;
    queues_ += other.queues_;
    work_ += other.work_;
    return *this;
  }
  Spans& operator+=(const Server::Booking& b) {
    book(b.work, b.served);
    wait(b.host, b.waited);
    return *this;
  }
  [[gnu::always_inline]] void book(Work work, Duration served) {
    (*this)[span_of(work)] += served;
    work_ += served;
  }
  /// For a core of a host.
  [[gnu::always_inline]] void wait(std::uint32_t host, Duration waited) {
    (*this)[Span::queueing] += waited;
    if (waited > Duration::zero()) [[unlikely]]
      queues_.add(host, waited);
  }
  /// Of a message that was sent with links().
  Spans& operator+=(const Network::Transit& t) {
    (*this)[t.lost ? Span::timeout_wait : Span::network] += t.took;
    return *this;
  }
  /// Goes on after branches that ran at once: with the times of the one that ended last and the work of all.
  void join(const Spans& last, Duration work_of_all) {
    *this += last;
    work_ += work_of_all - last.work_;
  }

  /// Goes on after branches that began when this chain did: with the times of the one that ended last, and `more` work.
  void overtaken_by(const Spans& last, Duration more) {
    const Duration work_of_all = work_ + more;
    *this = last;
    work_ = work_of_all;
  }

  /// Core time of all pieces of work.
  Duration work() const { return work_; }
  /// Where in the network the network span was spent: adds up to it exactly, by number of link.
  const LinkTimes& links() const { return links_; }
  LinkTimes& links() { return links_; }
  /// Where the queueing span was spent: adds up to it exactly, by number of host.
  const QueueTimes& queues() const { return queues_; }

 private:
  // Spans of work are in the order of its classes.
  static constexpr Span span_of(Work w) {
    return static_cast<Span>(static_cast<std::size_t>(w) + static_cast<std::size_t>(Span::dense));
  }
  static_assert(static_cast<std::size_t>(Span::service) - static_cast<std::size_t>(Span::dense) ==
                static_cast<std::size_t>(Work::service) - static_cast<std::size_t>(Work::dense));

  Duration work_{};
  LinkTimes links_;
  QueueTimes queues_;
};

}  // namespace shardsim
