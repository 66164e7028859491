// SPDX-License-Identifier: Apache-2.0
#include "experiment/sweep_merge.hpp"

#include "experiment/report.hpp"

namespace shardsim {
namespace {

Json index_of_part(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "sweep.json";
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    throw InputError(folder.string(), "", "holds no sweep.json; run this part of the sweep to its end");
  Json index = Json::parse(read_text_file(file, std::numeric_limits<std::uintmax_t>::max()), nullptr, false);
  if (!index.is_object() || index.value("schema_version", 0) != kSchemaVersion)
    throw InputError(file.string(), "", "is not what this version of `shardsim sweep` writes");
  return index;
}

}  // namespace

SweepParts::SweepParts(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {
  for (const std::filesystem::path& folder : folders_) {
    try {
      read_index(folder);
    } catch (const Json::exception&) {
      throw InputError((folder / "sweep.json").string(), "", "is not what this version of `shardsim sweep` writes");
    }
  }
  progress_.emplace(sweep_);
  for (const std::filesystem::path& folder : folders_) {
    const auto take = [&](const Json& entry) { progress_->take(entry); };
    read_journal(journal_file(folder), take);
  }
  check_complete();
}

void SweepParts::read_index(const std::filesystem::path& folder) {
  const Json index = index_of_part(folder);
  const auto id = index.at("id").get<std::string>();
  if (sweep_.id.empty()) {
    sweep_.id = id;
    sweep_.axes = index.at("axes").get<std::vector<std::string>>();
    sweep_.baseline = index.at("baseline").get<Remarks>();
    sweep_.points.resize(index.at("total").get<std::size_t>());
    holders_.resize(sweep_.points.size());
  } else if (id != sweep_.id) {
    throw InputError(folder.string(), "", fmt::format("is of another sweep than {}", folders_.front().string()));
  }
  for (const Json& one : index.at("points")) {
    const auto i = one.at("index").get<std::size_t>();
    if (i >= sweep_.points.size()) throw InputError(folder.string(), "", fmt::format("has no point {}", i));
    SweepPoint& point = sweep_.points[i];
    point.id = one.at("id").get<std::string>();
    for (const std::string& axis : sweep_.axes) point.labels.push_back(one.at("axes").at(axis).get<std::string>());
    if (one.contains("baseline")) point.baseline = one["baseline"].get<std::size_t>();
    holders_[i] = &folder;
  }
}

void SweepParts::check_complete() const {
  std::string missing;
  std::size_t count = 0;
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < sweep_.points.size(); ++i) {
    if (progress_->rows()[i].verdict != Verdict::interrupted) continue;
    if (++count <= kShown) missing += fmt::format("{}{}", count == 1 ? "" : ", ", i);
  }
  if (count == 0) return;
  throw InputError(fmt::format("the parts lack {} of {} points: {}{}; run those that hold them to their end", count,
                               sweep_.points.size(), missing, count > kShown ? ", ..." : ""));
}

void SweepParts::merge_into(const std::filesystem::path& out, SweepFolder::Existing existing) const {
  std::error_code error;
  for (const std::filesystem::path& folder : folders_)
    if (std::filesystem::equivalent(folder, out, error))
      throw InputError(out.string(), "", "is one of the parts; give another place");
  const bool there =
      std::filesystem::exists(journal_file(out), error) || std::filesystem::exists(out / "sweep.csv", error);
  if (there && existing != SweepFolder::Existing::replace)
    throw InputError(out.string(), "", "holds a sweep already; give another place, or --force to replace it");
  SweepFolder folder(sweep_, out, SweepFolder::Existing::replace);
  for (std::size_t i = 0; i < sweep_.points.size(); ++i)
    if (!folder.progress().finished(i)) folder.add_from(*holders_[i], i, *progress_);
  folder.sync();
  folder.write_index();
  folder.write_table();
}

}  // namespace shardsim
