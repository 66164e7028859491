// SPDX-License-Identifier: Apache-2.0
#include "network/linux/scoreboard.hpp"

namespace shardsim {

std::int64_t Scoreboard::transmit(std::int64_t number, Time now) {
  Segment& s = at(number);
  s.serial = next_serial_++;
  s.sent = now;
  sent_.push_back({s.serial, number});
  return s.serial;
}

std::int64_t Scoreboard::send_new(Time now) {
  segments_.emplace_back();
  return transmit(next() - 1, now);
}

std::int64_t Scoreboard::send_again(std::int64_t number, Time now) {
  Segment& s = at(number);
  s.repeated = true;
  if (!s.under_way_again) ++again_;
  s.under_way_again = true;
  to_repeat_.erase(number);
  return transmit(number, now);
}

std::optional<Scoreboard::Acknowledged> Scoreboard::acknowledge(std::int64_t number, std::int64_t serial, Time now) {
  if (!has(number) || at(number).acknowledged) return std::nullopt;
  Segment& s = at(number);
  Acknowledged out;
  out.sent = s.sent;
  if (!s.repeated) out.round_trip = now - s.sent;
  if (serial == s.serial && serial > newest_serial_) {
    newest_serial_ = serial;
    newest_round_trip_ = now - s.sent;
  }
  if (s.under_way_again) --again_;
  if (s.lost) --lost_;
  to_repeat_.erase(number);
  s.under_way_again = s.lost = false;
  s.acknowledged = true;
  ++acknowledged_;
  out.advanced = number == first_;
  while (!segments_.empty() && segments_.front().acknowledged) {
    segments_.pop_front();
    ++first_;
    --acknowledged_;
  }
  return out;
}

bool Scoreboard::is_stale(const Sent& sent) {
  if (!has(sent.number)) return true;
  const Segment& s = at(sent.number);
  return s.acknowledged || s.serial != sent.serial || (s.lost && !s.under_way_again);
}

void Scoreboard::lose(std::int64_t number) {
  Segment& s = at(number);
  if (s.under_way_again) --again_;
  s.under_way_again = false;
  to_repeat_.insert(number);
  if (!s.lost) ++lost_;
  s.lost = true;
}

Scoreboard::Losses Scoreboard::find_losses(Time now, Duration tolerance) {
  Losses out;
  while (!sent_.empty() && is_stale(sent_.front())) sent_.pop_front();
  for (const Sent& sent : sent_) {
    if (sent.serial >= newest_serial_) break;
    if (is_stale(sent)) continue;
    const Segment& s = at(sent.number);
    const Duration left = s.sent + newest_round_trip_ + tolerance - now;
    const bool is_lost =
        by_time_ ? left <= Duration::zero() : !s.repeated && sent.serial + kReordering <= newest_serial_;
    if (is_lost) {
      lose(sent.number);
      ++out.found;
    } else if (by_time_) {
      out.wait = std::max(out.wait, left);
    }
  }
  return out;
}

void Scoreboard::lose_all(Time now) {
  for (std::int64_t number = first_; number < next(); ++number) {
    const Segment& s = at(number);
    if (s.acknowledged || (s.lost && !s.under_way_again)) continue;
    const bool is_recent = by_time_ && number != first_ && s.sent + newest_round_trip_ > now;
    if (!is_recent) lose(number);
  }
}

void Scoreboard::forget() {
  first_ = next();
  segments_.clear();
  sent_.clear();
  to_repeat_.clear();
  acknowledged_ = lost_ = again_ = 0;
}

}  // namespace shardsim
