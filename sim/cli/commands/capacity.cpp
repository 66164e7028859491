// SPDX-License-Identifier: Apache-2.0
#include "experiment/capacity.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/quantity_option.hpp"
#include "config/library.hpp"
#include "experiment/output.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

namespace po = boost::program_options;

// What was found for one configuration.
struct Configuration {
  std::string name;
  std::optional<CapacityTrial> trial;      // the answer; empty: nothing meets the objective
  std::optional<CapacityTrial> not_shown;  // next higher rate tried; where there is no answer, the nearest miss
  std::optional<Bill> bill;
  std::string error;  // could not be built
};

std::string ms(const Estimate& e) {
  Estimate in_ms = e;
  in_ms.value /= 1000;
  in_ms.low /= 1000;
  in_ms.high /= 1000;
  return interval_text(in_ms, 2);
}

double core_use(const RunResult& r) {
  double used = 0;
  double cores = 0;
  for (const HostResult& h : r.hosts) {
    used += h.utilisation * h.cores;
    cores += h.cores;
  }
  return cores > 0 ? used / cores : 0;
}

double tib(Bytes b) { return static_cast<double>(b.count) / (1LL << 40); }

std::string or_blank(const std::optional<double>& value) { return value ? fmt::format("{:.2f}", *value) : ""; }

std::string why(const CapacityTrial& trial, const Slo& slo) {
  return fmt::format("{}: {}", name_of(trial.answer),
                     reason(slo, {trial.answer, trial.leans_to_meet, trial.within}, trial.result));
}

std::string miss_text(const Configuration& row, const Slo& slo) {
  if (!row.error.empty()) return row.error;
  if (!row.not_shown) return "nothing tried meets the objective";
  return fmt::format("nothing tried meets the objective; nearest: {:.5g} with {} main, {} sparse: {}",
                     row.not_shown->rate_per_s, row.not_shown->main_replicas, row.not_shown->sparse_replicas,
                     why(*row.not_shown, slo));
}

Json row_json(const Configuration& row, const Slo& slo) {
  Json out = {{"configuration", row.name}};
  if (!row.error.empty()) out["error"] = row.error;
  if (row.not_shown) out["not_shown_at_per_s"] = row.not_shown->rate_per_s;
  if (row.not_shown) out["not_shown_because"] = why(*row.not_shown, slo);
  if (!row.trial && row.not_shown) {
    out["nearest_main_replicas"] = row.not_shown->main_replicas;
    out["nearest_sparse_replicas"] = row.not_shown->sparse_replicas;
  }
  if (!row.trial) return out;
  const Estimate& e = row.trial->result.figures[slo.measure];
  const Estimate& w = row.trial->within;
  const Bill& b = row.bill.value();
  out.update({{"rate_per_s", row.trial->rate_per_s},
              {"main_replicas", row.trial->main_replicas},
              {"sparse_replicas", row.trial->sparse_replicas},
              {"shards", b.shards},
              {"servers", b.servers()},
              {"cores", b.cores},
              {"core_use", core_use(row.trial->result)},
              {"memory_bytes", b.memory.count},
              {"tables_bytes", b.tables.count},
              {"latency_us", {{"value", e.value}, {"low", e.low}, {"high", e.high}}},
              {"within_limit", {{"value", w.value}, {"low", w.low}, {"high", w.high}}},
              {"queries", row.trial->result.offered},
              {"failed", row.trial->result.failed},
              {"bottleneck", row.trial->result.bottleneck.name}});
  if (b.price_per_hour) out["price_per_hour"] = *b.price_per_hour;
  if (b.watts) out["watts"] = *b.watts;
  return out;
}

std::string csv(const std::vector<Configuration>& rows, const Slo& slo) {
  std::string out =
      "configuration,rate_per_s,not_shown_at_per_s,main_servers,sparse_servers,servers,cores,core_use,memory_bytes,"
      "tables_bytes,latency_us,latency_us_lo,latency_us_hi,price_per_hour,watts\n";
  for (const Configuration& row : rows) {
    const std::string above = row.not_shown ? fmt::format("{}", row.not_shown->rate_per_s) : "";
    if (!row.trial) {
      out += fmt::format("\"{}\",,{},,,,,,,,,,,,\n", row.name, above);
      continue;
    }
    const Bill& b = row.bill.value();
    const Estimate& e = row.trial->result.figures[slo.measure];
    out +=
        fmt::format("\"{}\",{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", row.name, row.trial->rate_per_s, above,
                    b.main_servers, b.sparse_servers, b.servers(), b.cores, core_use(row.trial->result), b.memory.count,
                    b.tables.count, e.value, e.low, e.high, or_blank(b.price_per_hour), or_blank(b.watts));
  }
  return out;
}

std::string text(const std::vector<Configuration>& rows, const Slo& slo, double confidence) {
  std::size_t width = 14;
  for (const Configuration& row : rows) width = std::max(width, row.name.size() + 2);
  std::string out = fmt::format("{:<{}}{:>10}{:>12}{:>7}{:>8}{:>9}{:>10}{:>12}{:>8}  {:<28}{}\n", "configuration",
                                width, "rate /s", "not at /s", "main", "sparse", "servers", "DRAM TiB", "tables TiB",
                                "cores %", std::string(name_of(slo.measure)) + " ms", "busiest");
  for (const Configuration& row : rows) {
    const std::string above = row.not_shown ? fmt::format("{:.5g}", row.not_shown->rate_per_s) : "";
    if (!row.trial) {
      out += fmt::format("{:<{}}{}\n", row.name, width, miss_text(row, slo));
      continue;
    }
    const Bill& b = row.bill.value();
    out +=
        fmt::format("{:<{}}{:>10.5g}{:>12}{:>7}{:>8}{:>9}{:>10.2f}{:>12.3f}{:>8.1f}  {:<28}{} {:.2f}\n", row.name,
                    width, row.trial->rate_per_s, above, b.main_servers, b.sparse_servers, b.servers(), tib(b.memory),
                    tib(b.tables), 100 * core_use(row.trial->result), ms(row.trial->result.figures[slo.measure]),
                    row.trial->result.bottleneck.name, row.trial->result.bottleneck.offered_load);
    if (b.price_per_hour) out += fmt::format("{:<{}}price {:.2f} an hour\n", "", width, *b.price_per_hour);
    if (b.watts) out += fmt::format("{:<{}}power {:.2f} kW\n", "", width, *b.watts / 1000);
  }
  return out + fmt::format(
                   "{} of the offered queries, shown with {:g} % confidence by fresh runs; \"not at\": the next higher "
                   "rate tried, not shown to meet it\n",
                   to_text(slo), 100 * confidence);
}

class CapacityCommand final : public Command {
 public:
  std::string usage() const override {
    return "SCENARIO.json|SWEEP.json --slo \"p99<=50 ms\" [--rate \"2000 /s\"] [--set PATH=VALUE]... [--out DIR]";
  }
  std::string example() const override {
    return "shardsim capacity workloads/experiments/drm1-load.json --slo \"p99<=50 ms\" --set traffic.queries=2000";
  }

  void add_options(po::options_description& options, po::positional_options_description& positional) const override {
    add_set_option(options);
    options.add_options()("SCENARIO.json", po::value<std::string>(),
                          "scenario, or a sweep whose points are the configurations to compare")(
        "slo", po::value<std::string>()->value_name("\"p99<=50 ms\""),
        "the objective: mean, p50, p90, p95, p99 or p999")(
        "rate", po::value<std::string>()->value_name("\"2000 /s\""),
        "instead of the highest rate: the fewest replicas of each kind for this one")(
        "over", po::value<std::string>()->default_value("traffic.arrivals.rate")->value_name("PATH"),
        "the field that holds the rate, or a whole number such as traffic.arrivals.clients")(
        "tolerance", po::value<std::string>()->default_value("2 %"), "width of the bracket around the highest rate")(
        "confidence", po::value<std::string>()->default_value("95 %"),
        "that the answer is not above the true capacity")(
        "max-queries", po::value<std::string>()->default_value("400000"),
        "the longest sample of one rate; what that does not decide is undecided")(
        "jobs", po::value<unsigned>()->default_value(default_jobs()), "replications at a time")(
        "seed", po::value<std::uint64_t>(), "seed of all random numbers")(
        "format", po::value<std::string>()->default_value("text"), "text or json")(
        "out", po::value<std::string>()->value_name("DIR"), "write DIR/capacity.csv and DIR/capacity.json")(
        "force", "replace files that exist");
    positional.add("SCENARIO.json", 1);
  }

  int run(const po::variables_map& given) const override {
    const bool as_json = wants_json(given);
    const std::filesystem::path out = given.count("out") > 0 ? given["out"].as<std::string>() : "";
    if (!out.empty()) refuse_overwrite(out / "capacity.csv", given);
    CapacityQuestion question = question_of(given);
    std::optional<double> rate;
    if (given.count("rate") > 0) rate = quantity_option<Rate>(given, "rate").per_second;

    std::vector<Configuration> rows;
    for (const Candidate& candidate : candidates(given)) rows.push_back(row(candidate, question, rate));
    Json json = {{"schema_version", kSchemaVersion},
                 {"program", program_json()},
                 {"slo", to_text(question.slo)},
                 {"confidence", question.confidence},
                 {"configurations", Json::array()}};
    for (const Configuration& r : rows) json["configurations"].push_back(row_json(r, question.slo));
    if (!out.empty()) {
      write_file(out / "capacity.json", json.dump(2) + "\n");
      write_file(out / "capacity.csv", csv(rows, question.slo));
    }
    fmt::print("{}", as_json ? json.dump(2) + "\n" : text(rows, question.slo, question.confidence));
    if (!out.empty()) fmt::print(stderr, "wrote {}\n", (out / "capacity.csv").string());
    const bool found =
        std::any_of(rows.begin(), rows.end(), [](const Configuration& r) { return r.trial.has_value(); });
    return interrupted().load() || !found ? kFailed : kOk;
  }

 private:
  static CapacityQuestion question_of(const po::variables_map& given) {
    CapacityQuestion q;
    q.slo = parse_slo(required_argument(given, "slo"));
    q.rate_path = given["over"].as<std::string>();
    q.tolerance = quantity_option<Share>(given, "tolerance").of_one;
    q.confidence = quantity_option<Share>(given, "confidence").of_one;
    if (q.confidence >= 1) throw InputError("--confidence: expected less than 100 %");
    q.max_queries = static_cast<std::int64_t>(whole_number(given, "max-queries"));
    q.jobs = std::clamp(given["jobs"].as<unsigned>(), 1U, 1024U);
    q.interrupt = &interrupted();
    return q;
  }

  struct Candidate {
    std::string name;
    Scenario scenario;
  };

  static std::vector<Candidate> candidates(const po::variables_map& given) {
    const std::string file = required_argument(given, "SCENARIO.json");
    std::optional<std::uint64_t> seed;
    if (given.count("seed") > 0) seed = given["seed"].as<std::uint64_t>();
    const Document document = Document::load(required_file({}, file, "scenario"));
    if (!document.root.is_object() || !document.root.contains("axes"))
      return {{"as given", read_scenario(given).scenario}};
    const Sweep sweep = load_sweep(file, assignments(given), seed);
    print_notes(sweep.notes);
    std::vector<Candidate> out;
    for (std::size_t i = 0; i < sweep.points.size(); ++i)
      out.push_back({fmt::format("{}", fmt::join(sweep.points[i].labels, ", ")), sweep.scenario(i)});
    return out;
  }

  static Configuration row(const Candidate& candidate, CapacityQuestion question, std::optional<double> rate) {
    Configuration r;
    r.name = candidate.name;
    ProgressLine line(r.name);
    std::size_t steps = 0;
    question.on_step = [&](const std::string& step) {
      ++steps;
      line.show(1 - 1 / (1 + 0.2 * static_cast<double>(steps)), step);
    };
    try {
      HighestRate found =
          rate ? fewest_replicas(candidate.scenario, *rate, question) : highest_rate(candidate.scenario, question);
      r.trial = std::move(found.meets);
      if (!rate || !r.trial) r.not_shown = std::move(found.not_shown);
      if (r.trial)
        r.bill = bill_of(rate ? with_replicas(candidate.scenario, r.trial->main_replicas, r.trial->sparse_replicas)
                              : candidate.scenario);
    } catch (const ScenarioError& e) {
      r.error = e.message();
    }
    return r;
  }
};

}  // namespace

template <>
void describe(Describe<CapacityCommand>& d) {
  d.object("capacity", "the highest rate, or the fewest servers, that meet an objective of latency");
}

namespace commands {
Alternative<Command> capacity() { return alternative<CapacityCommand, Command>(); }
}  // namespace commands

}  // namespace shardsim
