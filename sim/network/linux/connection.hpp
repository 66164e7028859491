// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "network/linux/round_trip.hpp"
#include "network/linux/scoreboard.hpp"
#include "network/linux/settings.hpp"
#include "network/linux/window.hpp"
#include "network/packets/ports.hpp"

namespace shardsim {

/// A message in its connection: packets `first` to `end` - 1.
struct ConnectionMessage {
  Transfer* transfer = nullptr;
  Time began{};
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::vector<Duration> waited{};  ///< by hop
  bool has_met_timeout = false;
};

/// What carries a connection's packets, and takes its messages back.
class ConnectionOwner {
 public:
  virtual void send_packet(class LinuxConnection& c, std::int64_t segment, std::int64_t serial, Bytes on_wire) = 0;
  /// All of a message is there; `last`: the size of the packet that came last.
  virtual void deliver(LinuxConnection& c, ConnectionMessage& m, Bytes last) = 0;
  virtual void give_up(LinuxConnection& c, ConnectionMessage& m) = 0;
  virtual void met_timeout(ConnectionMessage& m) = 0;
  virtual void on_timer(LinuxConnection& c) = 0;
  virtual void on_acknowledgement_due(LinuxConnection& c) = 0;

 protected:
  ~ConnectionOwner() = default;
};

/// Both ends of one direction of a TCP connection. Messages go out in order, one after the other, and are delivered in
/// order.
class LinuxConnection final : public PacketFlow, public Timer {
 public:
  LinuxConnection(Simulation& sim, ConnectionOwner& owner, std::vector<LinkState*> way, const PacketSettings& packets,
                  const LinuxSettings& settings, bool is_kept);

  void queue(Transfer& t);
  enum class Answer { none, at_once, delayed };
  /// At the receiver: when it is to be acknowledged. One packet in two waits for the next, for data that go the other
  /// way, or for a timer, unless something is missing.
  Answer receive(const Packet& p);
  /// Keeps one that is to be acknowledged later.
  void hold(Packet& p);
  Packet* take_held() { return std::exchange(held_, nullptr); }
  /// An event of that timer is due. Returns whether what is held is to be acknowledged now.
  bool is_acknowledgement_due();
  /// At the sender.
  void acknowledged(const Packet& p);
  void waited(const Packet& p, Duration time);
  void dropped(const Packet& p);
  void fire() override { owner_->on_timer(*this); }
  /// An event of its timer is due.
  void on_timer();

  bool is_kept() const { return is_kept_; }
  bool is_idle() const { return messages_.empty(); }
  /// The hop that dropped one of its packets since then; the number of hops: none did.
  std::size_t trouble_since(Time began) const { return last_trouble_ >= began ? trouble_ : route.size(); }

  int references = 0;               ///< packets under way, and events of timers
  LinuxConnection* back = nullptr;  ///< the other direction, where it is kept

 private:
  enum class Alarm { none, timeout, probe, reordering };

  void schedule_acknowledgement();
  Duration burst_allowance() const;
  Scoreboard::Losses find_losses();
  void send_more();
  bool send_next();
  bool has_unsent() const { return sending_ < messages_.size(); }
  void send_new();
  void send_again(std::int64_t number);
  void note_use();
  void react(bool marked);
  void end_probe();

  void set_alarm();
  bool set_probe();
  void set_timeout_from_head();
  void set_alarm(Alarm alarm, Duration after);
  void wake();
  void probe();
  void time_out();
  void meet_late();
  void give_up();

  ConnectionMessage* pending(std::int64_t number);
  Bytes size_of(std::int64_t number);

  Simulation* sim_;
  ConnectionOwner* owner_;
  const PacketSettings* packets_;
  const LinuxSettings* settings_;
  bool is_kept_;

  std::deque<ConnectionMessage> messages_;  // not delivered
  std::size_t sending_ = 0;                 // the first of them that is not all sent
  std::int64_t queued_ = 0;                 // end of the last message
  std::int64_t received_ = 0;               // all before it is
  int ahead_ = 0;                           // packets received that are not
  Packet* held_ = nullptr;                  // received, and not acknowledged yet
  Time held_until_{};
  Time last_received_{};
  int quick_ = 0;  // packets that are acknowledged at once
  struct DelayedAck final : Timer {
    explicit DelayedAck(LinuxConnection& c) : connection(c) {}
    void fire() override { connection.owner_->on_acknowledgement_due(connection); }
    LinuxConnection& connection;
    bool is_set = false;
  };
  DelayedAck delayed_{*this};

  Duration idle_round_trip_;
  RoundTrip times_;
  Scoreboard board_;
  LinuxWindow window_;
  Time last_sent_{};
  bool news_ = true;  // something was acknowledged since the last timeout
  struct Probe {
    std::int64_t end = 0;
    bool made_good = false;  // for a loss, if it arrives
  };
  std::optional<Probe> probe_;

  Alarm alarm_ = Alarm::none;
  Time alarm_at_{};
  std::optional<Time> wakes_;  // event that is scheduled, the first of them
  Time last_trouble_ = Time(Duration(-1));
  std::size_t trouble_ = 0;
};

}  // namespace shardsim
