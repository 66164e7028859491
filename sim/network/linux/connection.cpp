// SPDX-License-Identifier: Apache-2.0
#include "network/linux/connection.hpp"

namespace shardsim {
namespace {

Duration round_trip_of(const std::vector<LinkState*>& way, Bytes packet) {
  Duration out{};
  for (const LinkState* link : way) out += 2 * link->latency + packet / link->rate;
  return out;
}

std::unique_ptr<Congestion> congestion_of(const PacketSettings& packets, const LinuxSettings& settings) {
  if (settings.congestion) return (*settings.congestion)->make();
  return (*Choice<CongestionSpec>::of(packets.ecn_threshold ? "dctcp" : "cubic")).make();
}

// Timers of the kernel ring at ticks, and never early (kernel/time/timer.c): at the second tick after the one in which
// they were set, when they are to wait for one. `tick` zero: at the exact time.
Time ring(Time now, Duration after, Duration tick) {
  if (tick == Duration::zero()) return now + after;
  const std::int64_t ticks = (after + tick - Duration(1)) / tick;
  return Time(tick * (now.time_since_epoch() / tick + ticks + 1));
}

}  // namespace

LinuxConnection::LinuxConnection(Simulation& sim, ConnectionOwner& owner, std::vector<LinkState*> way,
                                 const PacketSettings& packets, const LinuxSettings& settings, bool is_kept)
    : sim_(&sim),
      owner_(&owner),
      packets_(&packets),
      settings_(&settings),
      is_kept_(is_kept),
      idle_round_trip_(round_trip_of(way, packets.mtu + packets.framing)),
      times_(packets.min_rto, idle_round_trip_),
      board_(settings.rack),
      window_(congestion_of(packets, settings), packets.initial_cwnd) {
  route = std::move(way);
}

void LinuxConnection::queue(Transfer& t) {
  if (board_.out() == 0 && !has_unsent() && board_.next() > 0)
    window_.resume(sim_->now(), last_sent_, times_.timeout());
  ConnectionMessage& m = messages_.emplace_back();
  m.transfer = &t;
  m.began = sim_->now();
  m.first = queued_;
  m.end = queued_ += packets_->packets_of(t.size);
  m.waited.resize(route.size());
  send_more();
}

ConnectionMessage* LinuxConnection::pending(std::int64_t number) {
  for (ConnectionMessage& m : messages_)
    if (number < m.end) return number >= m.first ? &m : nullptr;
  return nullptr;
}

Bytes LinuxConnection::size_of(std::int64_t number) {
  // What was delivered and is sent again, as its acknowledgement is still under way, is as large as any.
  const ConnectionMessage* m = pending(number);
  if (m == nullptr) return packets_->mtu + packets_->framing;
  return packets_->on_wire(m->transfer->size, number - m->first);
}

LinuxConnection::Answer LinuxConnection::receive(const Packet& p) {
  if (!board_.has(p.segment)) return Answer::none;
  // After so long a pause the sender has timed out, and a small window waits for acknowledgements
  // (tcp_event_data_recv, TCP_MAX_QUICKACKS).
  constexpr int kQuick = 16;
  if (sim_->now() - std::exchange(last_received_, sim_->now()) > packets_->min_rto) quick_ = kQuick;
  Scoreboard::Segment& segment = board_.at(p.segment);
  const bool is_next = p.segment == received_ && ahead_ == 0;
  if (!std::exchange(segment.received, true)) ++ahead_;
  while (board_.has(received_) && board_.at(received_).received) {
    ++received_;
    --ahead_;
    if (messages_.empty() || messages_.front().end != received_) continue;
    owner_->deliver(*this, messages_.front(), p.size);
    messages_.pop_front();
    --sending_;
  }
  if (quick_ > 0) return --quick_, Answer::at_once;
  const bool may_wait = is_next && held_ == nullptr && settings_->delayed_ack > Duration::zero();
  return may_wait ? Answer::delayed : Answer::at_once;
}

void LinuxConnection::hold(Packet& p) {
  held_ = &p;
  held_until_ = ring(sim_->now(), settings_->delayed_ack, settings_->tick);
  if (!delayed_.is_set) schedule_acknowledgement();
}

void LinuxConnection::schedule_acknowledgement() {
  delayed_.is_set = true;
  ++references;
  sim_->at(held_until_, delayed_);
}

bool LinuxConnection::is_acknowledgement_due() {
  delayed_.is_set = false;
  if (held_ == nullptr) return false;
  if (sim_->now() >= held_until_) return true;
  schedule_acknowledgement();
  return false;
}

void LinuxConnection::waited(const Packet& p, Duration time) {
  if (time == Duration::zero()) return;
  if (ConnectionMessage* m = pending(p.segment)) m->waited[p.hop] += time;
}
void LinuxConnection::dropped(const Packet& p) {
  trouble_ = p.hop;
  last_trouble_ = sim_->now();
}

void LinuxConnection::acknowledged(const Packet& p) {
  const bool has_head = board_.has(board_.first());
  const Time head_sent = has_head ? board_.at(board_.first()).sent : Time{};
  const auto told = board_.acknowledge(p.segment, p.serial, sim_->now());
  if (!told) return;
  if (told->round_trip) times_.measure(*told->round_trip);
  if (told->advanced) {
    news_ = true;
    times_.hear();
  }
  window_.hear({sim_->now(), told->round_trip, p.marked, board_.first(), board_.next(), burst_allowance()});
  end_probe();
  const int lost_before = board_.lost();
  react(p.marked);
  if (alarm_ != Alarm::reordering && (told->advanced || told->sent < head_sent)) set_alarm();
  window_.progress({1, std::max(0, board_.lost() - lost_before), told->advanced, board_.in_flight(), sim_->now()});
  send_more();
}

// hystart_ack_delay: four bursts at the sender's pace (tcp_update_pacing_rate), of which slow start has twice the
// window a round trip and else 1.2 times.
Duration LinuxConnection::burst_allowance() const {
  constexpr double kFourBursts = 4 * 65536.0;  // bytes: sk_gso_max_size
  const CongestionWindow& window = window_.window();
  const double pace = (window.in_slow_start() ? 2.0 : 1.2) * window.packets *
                      static_cast<double>(packets_->payload().count) / std::max(1e-9, to_seconds(times_.smoothed()));
  return std::min<Duration>(std::chrono::milliseconds(1), from_seconds(kFourBursts / pace));
}

// tcp_fastretrans_alert
void LinuxConnection::react(bool marked) {
  if (alarm_ == Alarm::reordering) alarm_ = Alarm::none;
  window_.leave_state(board_.first());
  const Scoreboard::Losses losses = find_losses();
  if (board_.lost() > 0) {
    if (window_.state() != LinuxWindow::State::loss) probe_.reset();
    window_.meet_loss(board_.next());
  } else if (marked) {
    window_.meet_mark(board_.next());
  }
  if (losses.wait > Duration::zero()) {
    set_alarm(Alarm::reordering, losses.wait + RoundTrip::kTimerSlack);
  } else if (alarm_ == Alarm::none && board_.out() > 0) {
    set_alarm();
  }
}

// tcp_rack_reo_wnd, where no reordering was ever seen.
Scoreboard::Losses LinuxConnection::find_losses() {
  constexpr int kDuplicates = 3;
  const bool is_known = window_.state() == LinuxWindow::State::recovery ||
                        window_.state() == LinuxWindow::State::loss || board_.acknowledged_out() >= kDuplicates;
  return board_.find_losses(sim_->now(),
                            is_known ? Duration::zero() : std::min(times_.least() / 4, times_.smoothed() / 8));
}

// tcp_process_tlp_ack: when all is acknowledged that was sent up to the probe. If the probe was a packet that had been
// received before, Linux learns of it by a duplicate SACK.
void LinuxConnection::end_probe() {
  if (!probe_ || board_.first() < probe_->end) return;
  if (probe_->made_good) window_.meet_repaired_loss();
  probe_.reset();
}

void LinuxConnection::send_more() {
  bool any = false;
  while (window_.allows(board_.in_flight()) && send_next()) any = true;
  const bool filled = !window_.allows(board_.in_flight());
  if (any || (filled && has_unsent())) note_use();
}
bool LinuxConnection::send_next() {
  if (const auto again = board_.to_repeat())
    send_again(*again);
  else if (has_unsent())
    send_new();
  else
    return false;
  return true;
}
void LinuxConnection::note_use() {
  window_.validate({board_.first(), board_.next(), board_.out(), !window_.allows(board_.in_flight()), sim_->now(),
                    times_.timeout()});
}

void LinuxConnection::send_new() {
  const std::int64_t number = board_.next();
  const ConnectionMessage& m = messages_[sending_];
  const Bytes size = packets_->on_wire(m.transfer->size, number - m.first);
  if (number + 1 == m.end) ++sending_;
  const std::int64_t serial = board_.send_new(sim_->now());
  window_.sent();
  last_sent_ = sim_->now();
  if (board_.out() == 1) alarm_ = Alarm::none;
  if (!set_probe() && alarm_ == Alarm::none) set_alarm(Alarm::timeout, times_.timeout());
  owner_->send_packet(*this, number, serial, size);
}
void LinuxConnection::send_again(std::int64_t number) {
  const Bytes size = size_of(number);
  const std::int64_t serial = board_.send_again(number, sim_->now());
  window_.sent();
  last_sent_ = sim_->now();
  if (number == board_.first() && alarm_ != Alarm::reordering) set_alarm(Alarm::timeout, times_.timeout());
  owner_->send_packet(*this, number, serial, size);
}

void LinuxConnection::set_alarm() {
  if (board_.out() == 0)
    alarm_ = Alarm::none;
  else if (!set_probe())
    set_alarm(Alarm::timeout, times_.timeout());
}

// tcp_schedule_loss_probe
bool LinuxConnection::set_probe() {
  const bool is_calm = window_.state() == LinuxWindow::State::open || window_.state() == LinuxWindow::State::reducing;
  if (!settings_->tail_loss_probe || !is_calm || probe_ || alarm_ == Alarm::reordering || board_.lost() > 0)
    return false;
  if (board_.acknowledged_out() > 0) return false;  // losses are being looked for
  const Duration until_timeout = board_.at(board_.first()).sent + times_.timeout() - sim_->now();
  const Duration after = times_.probe_timeout(board_.out() == 1);
  set_alarm(Alarm::probe, until_timeout > Duration::zero() ? std::min(after, until_timeout) : after);
  return true;
}

// tcp_rearm_rto after another alarm: it counts from when the first packet under way was sent.
void LinuxConnection::set_timeout_from_head() {
  if (board_.out() == 0) return;
  const Time due = board_.at(board_.first()).sent + times_.timeout();
  set_alarm(Alarm::timeout, std::max(due - sim_->now(), Duration(1)));
}

void LinuxConnection::set_alarm(Alarm alarm, Duration after) {
  alarm_ = alarm;
  alarm_at_ = ring(sim_->now(), after, settings_->tick);
  wake();
}

// An event cannot be taken back: one that finds its alarm put off sets another.
void LinuxConnection::wake() {
  if (wakes_ && *wakes_ <= alarm_at_) return;
  wakes_ = alarm_at_;
  ++references;
  sim_->at(alarm_at_, *this);
}

void LinuxConnection::on_timer() {
  if (wakes_ != sim_->now()) return;  // one that an earlier one has replaced
  wakes_.reset();
  if (alarm_ == Alarm::none) return;
  if (sim_->now() < alarm_at_) return wake();
  switch (std::exchange(alarm_, Alarm::none)) {
    case Alarm::none:
      break;
    case Alarm::timeout:
      return time_out();
    case Alarm::probe:
      return probe();
    case Alarm::reordering:
      return meet_late();
  }
}

// tcp_send_loss_probe: new data if there are any, else the last packet again.
void LinuxConnection::probe() {
  if (board_.out() == 0) return;
  probe_ = Probe{};
  if (has_unsent()) {
    send_new();
  } else {
    probe_->made_good = !board_.at(board_.next() - 1).received;
    send_again(board_.next() - 1);
  }
  probe_->end = board_.next();
  set_alarm(Alarm::timeout, times_.timeout());
}

// tcp_rack_reo_timeout
void LinuxConnection::meet_late() {
  const Scoreboard::Losses losses = find_losses();
  if (losses.found > 0) {
    const bool was_open = !window_.is_shrinking() && window_.state() != LinuxWindow::State::loss;
    probe_.reset();
    window_.meet_loss(board_.next());
    if (was_open) window_.progress({1, 0, false, board_.in_flight(), sim_->now()});
    send_more();
  }
  if (alarm_ == Alarm::none) set_timeout_from_head();
}

// tcp_retransmit_timer, tcp_enter_loss
void LinuxConnection::time_out() {
  if (board_.out() == 0) return;
  if (times_.backoff() >= packets_->max_retransmits) return give_up();
  for (ConnectionMessage& m : messages_) owner_->met_timeout(m);
  probe_.reset();
  board_.lose_all(sim_->now());
  window_.meet_timeout(board_.first(), board_.next(), board_.in_flight(), std::exchange(news_, false));
  times_.back_off();
  send_more();
  if (alarm_ == Alarm::none) set_alarm(Alarm::timeout, times_.timeout());
}

void LinuxConnection::give_up() {
  for (ConnectionMessage& m : messages_) owner_->give_up(*this, m);
  messages_.clear();
  sending_ = 0;
  board_.forget();
  queued_ = received_ = board_.next();
  ahead_ = 0;
  // Messages to come have a new connection.
  window_ = LinuxWindow(congestion_of(*packets_, *settings_), packets_->initial_cwnd);
  times_ = RoundTrip(packets_->min_rto, idle_round_trip_);
  probe_.reset();
  news_ = true;
}

}  // namespace shardsim
