// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <numeric>

#include "cluster/host.hpp"
#include "network/network.hpp"

namespace shardsim {

/// Where the time of a query goes. Waiting for a core is queueing; waiting at a port is network; waiting for an answer
/// that did not come in time is timeout_wait; waiting where a server works on as many requests as it may is
/// worker_wait; looking for rows in a cache is cache, and getting them from another tier is ssd or far_memory; waiting
/// for others to share a batch with is batching, for an accelerator that works on others accelerator_wait, for what it
/// does accelerator, and for what comes to it and goes from it host_link. The first are those of nearly every query.
enum class Span {
  queueing,
  dense,
  sparse,
  serde,
  service,
  network,
  timeout_wait,
  worker_wait,
  cache,
  ssd,
  far_memory,
  batching,
  accelerator_wait,
  accelerator,
  host_link
};
inline constexpr std::size_t kSpans = 15;
template <>
struct EnumNames<Span> {
  static constexpr std::array<std::pair<Span, std::string_view>, kSpans> names{
      {{Span::queueing, "queueing"},
       {Span::dense, "dense"},
       {Span::sparse, "sparse"},
       {Span::serde, "serde"},
       {Span::service, "service"},
       {Span::network, "network"},
       {Span::timeout_wait, "timeout_wait"},
       {Span::worker_wait, "worker_wait"},
       {Span::cache, "cache"},
       {Span::ssd, "ssd"},
       {Span::far_memory, "far_memory"},
       {Span::batching, "batching"},
       {Span::accelerator_wait, "accelerator_wait"},
       {Span::accelerator, "accelerator"},
       {Span::host_link, "host_link"}}};
};

/// That of what a tier is waited for.
inline Span span_of(TierKind kind) { return kind == TierKind::ssd ? Span::ssd : Span::far_memory; }

/// Time by span. Those that few queries have take room only where there are any: sums of them are made and copied for
/// each RPC.
class SpanTimes {
 public:
  using All = std::array<Duration, kSpans>;

  SpanTimes() = default;
  SpanTimes(const SpanTimes& other) : often_(other.often_) {
    if (other.seldom_ != nullptr) [[unlikely]]
      seldom_ = new Seldom(*other.seldom_);
  }
  // Of itself, a copy changes nothing.
  SpanTimes& operator=(const SpanTimes& other) {  // NOLINT(bugprone-unhandled-self-assignment)
    often_ = other.often_;
    if (seldom_ != other.seldom_) [[unlikely]]
      copy_seldom(other);
    return *this;
  }
  ~SpanTimes() {
    if (seldom_ != nullptr) [[unlikely]]
      delete seldom_;
  }

  Duration operator[](Span s) const {
    if (is_often(s)) return often_[static_cast<std::size_t>(s)];
    return seldom_ == nullptr ? Duration::zero() : (*seldom_)[place_of(s)];
  }
  Duration& operator[](Span s) {
    if (is_often(s)) return often_[static_cast<std::size_t>(s)];
    if (seldom_ == nullptr) seldom_ = new Seldom{};
    return (*seldom_)[place_of(s)];
  }

  Duration total() const {
    const All all = this->all();
    return std::accumulate(all.begin(), all.end(), Duration::zero());
  }
  All all() const {
    All all{};
    std::copy(often_.begin(), often_.end(), all.begin());
    if (seldom_ != nullptr) std::copy(seldom_->begin(), seldom_->end(), all.begin() + kOften);
    return all;
  }

  /// Calls visit(number of the span, time) for each that may have a time.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < kOften; ++i) visit(i, often_[i]);
    if (seldom_ == nullptr) [[likely]]
      return;
    for (std::size_t i = kOften; i < kSpans; ++i) visit(i, (*seldom_)[i - kOften]);
  }

  SpanTimes& operator+=(const SpanTimes& other) {
    for (std::size_t i = 0; i < kOften; ++i) often_[i] += other.often_[i];
    if (other.seldom_ != nullptr) [[unlikely]]
      add_seldom(other);
    return *this;
  }

 protected:
  /// One of the first.
  [[gnu::always_inline]] Duration& often(Span s) { return often_[static_cast<std::size_t>(s)]; }

 private:
  static constexpr std::size_t kOften = 6;
  using Seldom = std::array<Duration, kSpans - kOften>;
  static constexpr bool is_often(Span s) { return static_cast<std::size_t>(s) < kOften; }
  static constexpr std::size_t place_of(Span s) { return static_cast<std::size_t>(s) - kOften; }
  void copy_seldom(const SpanTimes& other);
  void add_seldom(const SpanTimes& other);

  std::array<Duration, kOften> often_{};
  Seldom* seldom_ = nullptr;  // null: all are 0
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
    often(span_of(work)) += served;
    work_ += served;
  }
  /// For a core of a host.
  [[gnu::always_inline]] void wait(std::uint32_t host, Duration waited) {
    often(Span::queueing) += waited;
    if (waited > Duration::zero()) [[unlikely]]
      queues_.add(host, waited);
  }
  /// Of a message that was sent with links().
  Spans& operator+=(const Network::Transit& t) {
    if (t.lost) [[unlikely]]
      (*this)[Span::timeout_wait] += t.took;
    else
      often(Span::network) += t.took;
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
