// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiment/calibration/field_values.hpp"
#include "experiment/calibration/search.hpp"
#include "experiment/scenario.hpp"

namespace shardsim {

/// A figure of a configuration, or its ratio to that of another, with its names resolved.
struct FigureParts {
  std::size_t configuration = 0;
  ResultFigure figure;
  std::optional<std::size_t> over;
  std::string key;  ///< in the target, for errors: "", "left/", "right/"

  /// Of the value: none of a ratio.
  std::string unit() const { return over ? "" : figure.unit; }
};

/// A target, with its names resolved.
struct TargetParts {
  FigureParts left;                  ///< of a value, or of an order's left side
  std::optional<FigureParts> right;  ///< of an order
  double wanted = 0;                 ///< the measured value in the figure's unit; of an order, the ratio
  double spread = 0;                 ///< that counts
};

/// A calibration that was read and whose parts were found to fit each other. For several threads.
class CalibrationProblem {
 public:
  /// `seed`: instead of the file's. Throws InputError for the first thing wrong, in the words of the calibration file.
  CalibrationProblem(const std::filesystem::path& file, std::optional<std::uint64_t> seed);

  const CalibrationSpec& spec() const { return spec_; }
  const std::vector<TargetParts>& targets() const { return targets_; }
  std::vector<double> weights() const;
  const std::vector<Document::Note>& notes() const { return notes_; }
  /// Of all that it is made of.
  const std::string& id() const { return id_; }

  std::size_t fields() const { return spec_.free.size(); }
  std::size_t configurations() const { return spec_.configurations.size(); }
  const std::string& name_of_configuration(std::size_t c) const { return spec_.configurations[c].first; }
  /// Whether the field is set in the configuration.
  bool sets(std::size_t field, std::size_t configuration) const { return !paths_[field][configuration].empty(); }

  /// The value of a field at a share of its range, as it is written.
  Json value(std::size_t field, double share) const { return values_[field].at(share); }
  /// The middle of all ranges.
  CubePoint middle() const { return CubePoint(fields(), 0.5); }
  /// The values of all fields at a place.
  std::vector<Json> values_at(const CubePoint& point) const;
  /// A configuration with these values, as it is to be run to compare it: as many queries as the budget says, and no
  /// more for the sake of precision. Throws InputError.
  Scenario trial(std::size_t configuration, const std::vector<Json>& values) const;
  /// The same as it was given, for others to run.
  Scenario fitted(std::size_t configuration, const std::vector<Json>& values) const;
  /// Pointers to the field in the scenario as it is written: to itself, and to those that always have its value.
  std::vector<std::string> places_of(std::size_t field, std::size_t configuration, const Json& scenario) const;
  /// "calibration.json: /targets/0", for errors.
  std::string place_in_file(const std::string& pointer) const;
  /// An error in how the parts of a trial fit each other, by the file it is in.
  InputError located(std::size_t configuration, const std::vector<Json>& values, const ScenarioError& error) const;

 private:
  Document base_document(std::size_t configuration) const;
  Document changed_document(std::size_t configuration, const std::vector<Json>& values) const;
  void set_field(Document& scenario, std::size_t field, std::size_t configuration, const Json& value,
                 const std::string& key) const;
  std::vector<std::pair<std::string, std::string>> wanted_paths(std::size_t field) const;
  std::vector<std::size_t> asked_for(std::size_t field) const;
  void find_paths();
  void check_path(std::size_t field, std::size_t configuration, const std::string& key, const std::string& path) const;
  void refuse_set_twice(std::size_t field) const;
  void check_ends() const;
  void resolve_targets();
  std::string content() const;

  std::filesystem::path file_;
  std::optional<std::uint64_t> seed_;
  Document document_;
  CalibrationSpec spec_;
  std::vector<Document> bases_;                               // by configuration, with what is set in it
  std::vector<FieldValues> values_;                           // by field
  std::vector<std::vector<std::vector<std::string>>> paths_;  // [field][configuration]: those it has
  std::vector<TargetParts> targets_;
  std::vector<Document::Note> notes_;
  std::string id_;
};

}  // namespace shardsim
