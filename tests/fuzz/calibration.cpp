// SPDX-License-Identifier: Apache-2.0
// Calibrations: read with the scenarios they name, and their configurations made with values from within the ranges.
#include <cstdlib>
#include <fstream>

#include "experiment/calibration/problem.hpp"
#include "support/expect.hpp"
#include "support/json_mutator.hpp"

namespace shardsim::fuzz {
namespace {

// One that has the scenarios of the example, and goes when the program does.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "shardsim-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    std::filesystem::copy(SHARDSIM_SOURCE_FOLDER "/docs/examples", path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path write(const std::string& text) const {
    std::filesystem::path file = path_ / "calibration.json";
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path path_;
};

void make_trials(const std::string& text) {
  static const Folder folder;
  const CalibrationProblem problem(folder.write(text), std::nullopt);
  constexpr std::size_t kMany = 8;  // more of them show nothing new
  for (const double place : {0.0, 0.5, 1.0})
    for (std::size_t c = 0; c < std::min(problem.configurations(), kMany); ++c)
      problem.trial(c, problem.values_at(CubePoint(problem.fields(), place)));
}

}  // namespace
}  // namespace shardsim::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shardsim::fuzz::accepted([&] { shardsim::fuzz::make_trials(shardsim::fuzz::text_of(data, size)); });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed) {
  return shardsim::fuzz::mutate_json(data, size, limit, seed, shardsim::value_type<shardsim::CalibrationSpec>());
}
