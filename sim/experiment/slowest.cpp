// SPDX-License-Identifier: Apache-2.0
#include "experiment/slowest.hpp"

#include <algorithm>
#include <numeric>

#include "experiment/report.hpp"

namespace shardsim {
namespace {

constexpr double kShare = 0.01;

template <class Item, class Value>
void largest_first(std::vector<Item>& items, Value Item::*value) {
  std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return a.*value > b.*value; });
}

void add_places(Slowest& slowest, const std::map<std::uint64_t, double>& times, bool is_link,
                const std::map<std::uint64_t, std::string>& names) {
  for (const auto& [number, us] : times)
    if (us > 0)
      slowest.places.push_back({is_link, names.at(number), us, slowest.latency_us > 0 ? us / slowest.latency_us : 0});
}

// A net that is not walked once by each query: of the times that it is.
void share_times(std::vector<Slowest::Share>& last) {
  double times = 0;
  for (const Slowest::Share& of : last) times += of.share;
  if (std::abs(times - 1) < 1e-6) return;
  for (Slowest::Share& of : last) of.share /= times;
}

std::vector<Slowest::Net> nets_of(const std::map<std::uint64_t, double>& last, const PlaceNames& names) {
  std::vector<Slowest::Net> nets;
  for (std::size_t n = 0; n < names.nets.size(); ++n) {
    Slowest::Net net{names.nets[n], {}};
    for (std::size_t target = 0; target <= names.shards.size(); ++target)
      if (const auto it = last.find(number_of_last(n, target)); it != last.end() && it->second > 0)
        net.last.push_back({target == 0 ? "own work" : names.shards[target - 1], it->second});
    largest_first(net.last, &Slowest::Share::share);
    share_times(net.last);
    nets.push_back(std::move(net));
  }
  return nets;
}

Json size_json(double mean, double all, double ratio) { return {{"mean", mean}, {"of_all", all}, {"ratio", ratio}}; }

}  // namespace

Slowest slowest_of(const Recorder& recorder, const PlaceNames& names) {
  Slowest slowest;
  if (recorder.count() == 0) return slowest;
  const auto count = static_cast<double>(recorder.count());
  const double low = 1 - std::max(kShare, 1 / count);
  slowest.queries = static_cast<std::uint64_t>((1 - low) * count + 0.5);
  slowest.spans_us = recorder.mean_spans_us(low, 1);
  slowest.latency_us = std::accumulate(slowest.spans_us.begin(), slowest.spans_us.end(), 0.0);
  add_places(slowest, recorder.mean_details(Detail::link_us, low, 1), true, names.links);
  add_places(slowest, recorder.mean_details(Detail::queue_us, low, 1), false, names.hosts);
  largest_first(slowest.places, &Slowest::Place::us);
  slowest.nets = nets_of(recorder.mean_details(Detail::last_target, low, 1), names);
  for (const auto& [batch, share] : recorder.mean_details(Detail::last_batch, low, 1))
    if (share > 0) slowest.last_batch.push_back({batch, share});
  largest_first(slowest.last_batch, &Slowest::Batch::share);
  slowest.size = recorder.mean_size(low, 1);
  slowest.of_all = recorder.mean_size(0, 1);
  return slowest;
}

Json slowest_json(const Slowest& s) {
  Json spans = Json::object();
  for (std::size_t i = 0; i < kSpans; ++i) spans[std::string(name_of(static_cast<Span>(i)))] = s.spans_us[i];
  Json places = Json::array();
  for (const Slowest::Place& p : s.places)
    places.push_back({{"kind", p.is_link ? "link" : "queue"}, {"name", p.name}, {"mean_us", p.us}, {"share", p.share}});
  Json nets = Json::array();
  for (const Slowest::Net& net : s.nets) {
    Json last = Json::array();
    for (const Slowest::Share& of : net.last) last.push_back({{"name", of.name}, {"share", of.share}});
    nets.push_back({{"name", net.name}, {"last", std::move(last)}});
  }
  Json batches = Json::array();
  for (const Slowest::Batch& b : s.last_batch) batches.push_back({{"number", b.number}, {"share", b.share}});
  return {{"queries", s.queries},
          {"latency_us", s.latency_us},
          {"spans_us", spans},
          {"places", places},
          {"nets", nets},
          {"batches", s.size.batches},
          {"last_batch", batches},
          {"items", size_json(s.size.items, s.of_all.items, s.items_ratio())},
          {"lookups", size_json(s.size.lookups, s.of_all.lookups, s.lookups_ratio())}};
}

std::string slowest_text(const Slowest& s) {
  constexpr std::size_t kShown = 3;
  if (s.queries == 0) return "";
  std::string out = fmt::format("slowest 1 % mean {:.1f} us, {:.2f} x the items of all queries; longest", s.latency_us,
                                s.items_ratio());
  for (std::size_t i = 0; i < std::min(kShown, s.places.size()); ++i)
    out += fmt::format("{} {} {} {}", i == 0 ? "" : ",", s.places[i].is_link ? "at link" : "in queue of",
                       s.places[i].name, percent_text(s.places[i].share));
  if (s.places.empty()) out += " at work";
  out += "\n            last to end: ";
  for (const Slowest::Net& net : s.nets) {
    out += fmt::format("{}{}", &net == s.nets.data() ? "" : "; ", net.name);
    for (std::size_t i = 0; i < std::min(kShown, net.last.size()); ++i)
      out += fmt::format("{} {} {}", i == 0 ? "" : ",", net.last[i].name, percent_text(net.last[i].share));
  }
  return out + "\n";
}

}  // namespace shardsim
