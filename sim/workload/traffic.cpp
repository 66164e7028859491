// SPDX-License-Identifier: Apache-2.0
#include "workload/traffic.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace shardsim {

double ItemsByTime::at(Time time) const {
  const double part =
      static_cast<double>((time.time_since_epoch() % period).count()) / static_cast<double>(period.count());
  const auto i = static_cast<std::size_t>(part * static_cast<double>(factors.size()));
  return factors[std::min(i, factors.size() - 1)];
}

double Traffic::items_per_query() const {
  if (items.has_value()) {
    double factor = 1;
    if (items_by_time)
      factor = std::accumulate(items_by_time->factors.begin(), items_by_time->factors.end(), 0.0) /
               static_cast<double>(items_by_time->factors.size());
    return items->mean() * factor;
  }
  constexpr int kSample = 1000;
  const std::unique_ptr<ArrivalSource> source = arrivals->open(0, 0);
  double sum = 0;
  int n = 0;
  for (; n < kSample; ++n) {
    const std::optional<Arrival> arrival = source->next();
    if (!arrival) break;
    sum += arrival->items;
  }
  return n > 0 ? sum / n : 1;
}

bool Traffic::carries_rows() const {
  if (rows) return true;
  const std::optional<TraceHeader> header = arrivals->recorded();
  return header && header->detail == TraceDetail::rows;
}

void WarmupType::read(const Json& value, const At& at, void* target) const {
  auto& warmup = *static_cast<Warmup*>(target);
  if (value == "auto")
    warmup.queries.reset();
  else if (value.is_number())
    warmup.queries = read_integer(value, at, 0, std::numeric_limits<std::int64_t>::max());
  else
    at.fail(found(value) + "; expected a whole number of queries, or \"auto\"");
}

Json WarmupType::write(const void* source, const FileNames&) const {
  const auto& warmup = *static_cast<const Warmup*>(source);
  return warmup.queries ? Json(*warmup.queries) : Json("auto");
}

Json WarmupType::schema(SchemaBuilder&) const {
  return {{"anyOf", Json::array({{{"const", "auto"}}, {{"type", "integer"}, {"minimum", 0}}})}};
}

template <>
void describe(Describe<QuerySizes>& d) {
  d.object("query-sizes", "sizes of the messages between frontend and main shard");
  d.required("request", &QuerySizes::request, "frontend to main shard");
  d.required("response", &QuerySizes::response, "main shard to frontend");
}

template <>
void describe(Describe<ItemsByTime>& d) {
  d.object("items-by-time", "queries that are larger at some times of a day");
  d.optional("period", &ItemsByTime::period, "after which the factors repeat").more_than(Duration{0});
  d.required("factors", &ItemsByTime::factors, "of the items drawn, for equal parts of the period");
  d.check([](const ItemsByTime& p) -> std::optional<Complaint> {
    if (p.factors.empty()) return Complaint{"factors", "found an empty list; expected at least one factor"};
    for (std::size_t i = 0; i < p.factors.size(); ++i)
      if (p.factors[i] < 0 || p.factors[i] > 1000)
        return Complaint{fmt::format("factors/{}", i), fmt::format("found {}; expected 0 to 1000", p.factors[i])};
    return std::nullopt;
  });
}

template <>
void describe(Describe<RowTraffic>& d) {
  d.object("rows", "queries carry which rows they look up, not only how many");
  d.optional("popularity", &RowTraffic::popularity, "of the rows of tables that state none of their own");
  d.optional("order", &RowTraffic::order,
             "whether popular rows lie anywhere in a table, as by a hash, or row 0 is the most popular");
}

namespace {

constexpr std::size_t kMostClasses = 256;

std::optional<Complaint> complaint_about_classes(const Traffic& t) {
  if (t.classes.empty()) return std::nullopt;
  if (t.classes.size() > kMostClasses)
    return Complaint{"classes", fmt::format("found {}; expected at most {}", t.classes.size(), kMostClasses)};
  double sum = 0;
  std::set<std::string> names;
  for (std::size_t c = 0; c < t.classes.size(); ++c) {
    sum += t.classes[c].share.of_one;
    if (!names.insert(t.classes[c].name).second)
      return Complaint{fmt::format("classes/{}/name", c),
                       fmt::format("a second class is called {}", in_quotes(t.classes[c].name))};
  }
  if (std::abs(sum - 1) > 1e-9)
    return Complaint{"classes", fmt::format("their shares are {:.6g} % together; expected 100 %", 100 * sum)};
  return std::nullopt;
}

}  // namespace

template <>
void describe(Describe<QueryClass>& d) {
  d.object("class", "queries that are alike in how soon they are wanted");
  d.required("name", &QueryClass::name, "unique");
  d.required("share", &QueryClass::share, "of all queries; those of all classes are 100 % together")
      .more_than(Share{0})
      .at_most(Share{1});
  d.optional("priority", &QueryClass::priority, "for 'serving.queue' of type 'priority'; smaller comes first");
  d.optional("deadline", &QueryClass::deadline, "from the arrival at main on, for 'serving.queue' 'earliest-deadline'")
      .more_than(Duration{0});
}

template <>
void describe(Describe<Traffic>& d) {
  d.object("traffic", "the stream of queries");
  d.required("arrivals", &Traffic::arrivals, "when queries arrive");
  d.optional("items", &Traffic::items,
             "items (candidates) a query ranks; rounded, at least 1, at most 1000000; needed unless the arrivals give "
             "them");
  d.optional("items_by_time", &Traffic::items_by_time, "factors of the items by time of day");
  d.optional("lookup_factor", &Traffic::lookup_factor,
             "a factor of mean 1, drawn once a query, of its lookups in every table: some users have long histories "
             "everywhere");
  d.optional("classes", &Traffic::classes, "of queries, drawn for each; results have figures of each class");
  d.optional("rows", &Traffic::rows,
             "draw which rows are looked up: needed where popular rows, duplicates or splits by range matter");
  d.required("queries", &Traffic::queries, "queries to send, warm-up included").at_least(1).at_most(1'000'000'000'000);
  d.optional("warmup", &Traffic::warmup,
             "first queries, which no statistic of latency counts; \"auto\": found from the latencies");
  d.optional("message", &Traffic::message,
             "sizes of a query and its answer, instead of those computed from its features");
  d.optional("objective", &Traffic::objective,
             "latency within which an answer is worth something: the goodput is the share of queries answered in it; "
             "left out: any answer counts")
      .more_than(Duration{0});
  d.optional("most_failed", &Traffic::most_failed, "share of failed queries above which the verdict is failing")
      .less_than(Share{1});
  d.check([](const Traffic& t) -> std::optional<Complaint> {
    if (t.warmup.queries && *t.warmup.queries >= t.queries)
      return Complaint{"warmup",
                       fmt::format("found {}; expected less than 'queries', {}", *t.warmup.queries, t.queries)};
    if (auto complaint = complaint_about_classes(t)) return complaint;
    if (!t.arrivals.has_value()) return std::nullopt;
    if (t.arrivals->gives_items() && (t.items.has_value() || t.items_by_time))
      return Complaint{t.items.has_value() ? "items" : "items_by_time",
                       "the arrivals say how many items each query has; leave this out"};
    if (!t.arrivals->gives_items() && !t.items.has_value())
      return Complaint{"items", "is missing: the arrivals do not say how many items a query has"};
    if (t.lookup_factor.has_value() && std::abs(t.lookup_factor->mean() - 1) > 1e-9)
      return Complaint{"lookup_factor",
                       fmt::format("expected a factor of mean 1, found the mean {}", t.lookup_factor->mean())};
    return std::nullopt;
  });
}

}  // namespace shardsim
