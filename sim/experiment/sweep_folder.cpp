// SPDX-License-Identifier: Apache-2.0
#include "experiment/sweep_folder.hpp"

#include "experiment/output.hpp"
#include "experiment/report.hpp"

namespace shardsim {
namespace {

// A result as it is to stand in another place: the data files it names are somewhere else from there. Where they are
// not on this machine, their names stay.
std::string moved_result(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::string text = read_text_file(from, std::numeric_limits<std::uintmax_t>::max());
  const auto base = [](const std::filesystem::path& file) { return std::filesystem::absolute(file).parent_path(); };
  const auto beside = [&](const std::filesystem::path& file) {
    return (base(file) / "../../..").lexically_normal();  // OUT/points/ID
  };
  if (beside(from) == beside(to)) return text;
  try {
    Document document = load_scenario(from);
    const auto scenario = read_document<Scenario>(document);
    Json result = Json::parse(text);
    result["scenario"] = value_type<Scenario>().write(&scenario, base(to));
    return result.dump(2) + "\n";
  } catch (const InputError&) {
    return text;
  }
}

}  // namespace

SweepProgress::SweepProgress(const Sweep& sweep)
    : sweep_(sweep), rows_(sweep.points.size()), seconds_(sweep.points.size()) {
  for (std::size_t i = 0; i < sweep.points.size(); ++i)
    if (!sweep.points[i].id.empty()) indices_[sweep.points[i].id].push_back(i);
}

bool SweepProgress::take(const Json& entry) {
  const std::optional<PointRecord> record = read_record(entry);
  const auto found = record ? indices_.find(record->id) : indices_.end();
  if (found == indices_.end()) return false;
  const bool incomplete = !sweep_.baseline.empty() && record->row.figures && !record->comparable;
  for (const std::size_t i : found->second) {
    seconds_[i] = record->seconds;
    if (!incomplete && !finished(i)) rows_[i] = record->row;
  }
  return true;
}

bool SweepProgress::finished(std::size_t index) const {
  return rows_[index].verdict != Verdict::interrupted && rows_[index].verdict != Verdict::failed;
}

std::vector<std::size_t> SweepProgress::left() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (const std::string& id = sweep_.points[i].id; !id.empty() && !finished(i) && indices_.at(id).front() == i)
      out.push_back(i);
  return out;
}

std::vector<std::size_t> SweepProgress::failed() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].verdict == Verdict::failed) out.push_back(i);
  return out;
}

std::optional<double> SweepProgress::seconds_left(unsigned jobs) const {
  double sum = 0;
  std::size_t known = 0;
  for (const std::optional<double>& seconds : seconds_) {
    sum += seconds.value_or(0);
    known += seconds ? 1 : 0;
  }
  const std::vector<std::size_t> points = left();
  if (points.empty()) return 0;
  if (known == 0) return std::nullopt;
  double all = 0;
  for (const std::size_t i : points) all += seconds_[i].value_or(sum / static_cast<double>(known));
  return all / static_cast<double>(std::min<std::size_t>(jobs, points.size()));
}

PointRecord SweepProgress::record(std::size_t index) const {
  return {sweep_.points[index].id, rows_[index], seconds_[index].value_or(0), !sweep_.baseline.empty()};
}

std::filesystem::path journal_file(const std::filesystem::path& folder) { return folder / "journal.jsonl"; }

SweepFolder::SweepFolder(const Sweep& sweep, std::filesystem::path folder, Existing existing)
    : sweep_(sweep), folder_(std::move(folder)), progress_(sweep) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(folder_.string(), "", what + "; give another place, or --force to replace it");
  };
  std::error_code error;
  const bool resume = existing == Existing::resume;
  if (resume && !std::filesystem::exists(journal_file(folder_), error) &&
      std::filesystem::exists(folder_ / "sweep.csv", error))
    refuse("holds a sweep without a journal");
  std::size_t known = 0;
  std::size_t foreign = 0;
  const auto take = [&](const Json& entry) { ++(progress_.take(entry) ? known : foreign); };
  journal_.emplace(journal_file(folder_), resume ? std::function<void(const Json&)>(take) : nullptr);
  if (known == 0 && foreign > 0) refuse("holds another sweep, or one of another version");
}

void SweepFolder::add(std::size_t index, const PointResult& point) {
  if (point.result) {
    const std::filesystem::path file = folder_ / point_file(sweep_.points[index]);
    write_file(
        file,
        result_json(*point.scenario, *point.result, std::filesystem::absolute(file).parent_path()).dump(2) + "\n");
    sync_to_disk(file);  // before the journal says that it is there
  }
  const PointRecord record{sweep_.points[index].id, row_of(point), point.seconds, !sweep_.baseline.empty()};
  const Json entry = record_json(record);
  journal_->append(entry);
  const std::scoped_lock lock(mutex_);
  progress_.take(entry);  // as it will be read again, so that the tables do not depend on who makes them
}

void SweepFolder::add_from(const std::filesystem::path& other, std::size_t index, const SweepProgress& theirs) {
  const std::filesystem::path from = other / point_file(sweep_.points[index]);
  const std::filesystem::path to = folder_ / point_file(sweep_.points[index]);
  if (theirs.rows()[index].completed > 0) write_file(to, moved_result(from, to));
  const Json entry = record_json(theirs.record(index));
  journal_->append_unsynced(entry);
  progress_.take(entry);
}

void SweepFolder::write_index() const {
  write_file(folder_ / "sweep.json", sweep_json(sweep_, progress_.rows()).dump(2) + "\n");
}

void SweepFolder::write_table() const { write_file(folder_ / "sweep.csv", sweep_csv(sweep_, progress_.rows())); }

}  // namespace shardsim
