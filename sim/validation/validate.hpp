// SPDX-License-Identifier: Apache-2.0
// Runs cases and judges what they measured.
#pragma once

#include "validation/family.hpp"

namespace shardsim {

/// pass      the figure is what it should be
/// fail      it is not
/// too_wide  the interval holds the expected value, but is so wide that it proves nothing
enum class Judgement { pass, fail, too_wide };
template <>
struct EnumNames<Judgement> {
  static constexpr std::array<std::pair<Judgement, std::string_view>, 3> names{
      {{Judgement::pass, "pass"}, {Judgement::fail, "fail"}, {Judgement::too_wide, "too wide"}}};
};

/// What came of one expectation.
struct Finding {
  std::string family;
  std::string name;  ///< of the case
  Expectation expected;
  std::size_t runs = 0;
  double measured = 0;        ///< mean over the runs; of a law, the run that is farthest off
  double half_width = 0;      ///< of the interval; zero for a law
  double standard_error = 0;  ///< zero for a law
  Judgement judgement = Judgement::fail;

  double deviation() const;  ///< measured / expected - 1; where zero is expected, the figure itself
};

/// Judges one figure by its value in every run.
///
/// A random figure passes if the expected value lies within the interval of confidence `kConfidence` around the mean of
/// the runs (Student's t; runs are independent), and half that interval is less than `widest` of the expected value.
/// The confidence allows for many checks at once: of a hundred that are all right, one fails in every tenth seed. A law
/// passes if no run is off by more than rounding, 1e-9 of the expected value.
inline constexpr double kConfidence = 0.999;
Finding judge(const Expectation& expected, const std::vector<double>& values, double widest);

struct ValidationPlan {
  struct Entry {
    std::string family;
    Case subject;
  };
  std::vector<Entry> entries;
  std::filesystem::path folder;  ///< that holds the scenario files
  std::uint64_t seed = 1;
  bool quick = false;  ///< a fifth of the queries, and intervals may be that much wider

  double widest() const { return quick ? 0.05 : 0.02; }
};

/// Cases whose name or family is `pattern` or matches it (* any text, ? one character); all for "". Throws InputError
/// when there are none.
std::vector<ValidationPlan::Entry> select_cases(const std::string& pattern);

struct ValidationControl {
  unsigned jobs = 1;
  std::function<void(std::size_t cases_done, double total_share)> progress;  ///< called from any thread, one at a time
  const Interrupt* interrupt = nullptr;
};

/// Runs all cases; findings are in the order of the entries whatever the number of jobs. After an interruption those of
/// unfinished cases are left out. Throws InputError for a scenario that cannot be read or run.
std::vector<Finding> validate(const ValidationPlan& plan, const ValidationControl& control);

}  // namespace shardsim
