// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/error.hpp"

namespace shardsim {

/// Keys that are missing, at every place where some are, so that a file is completed in one go.
class MissingKeys : public InputError {
 public:
  struct Place {
    std::string file;
    std::string pointer;
    std::string message;
  };
  /// Precondition: at least one place.
  explicit MissingKeys(std::vector<Place> places) : InputError(text(places)), places_(std::move(places)) {}
  const std::vector<Place>& places() const { return places_; }

 private:
  static std::string text(const std::vector<Place>& places);
  std::vector<Place> places_;
};

/// Reads parts one after the other and goes on where keys are missing, to tell of all of them in one error.
class MissingParts {
 public:
  /// Whether the part could be read.
  template <class Read>
  bool in(Read read) {
    try {
      read();
      return true;
    } catch (const MissingKeys& e) {
      places_.insert(places_.end(), e.places().begin(), e.places().end());
      return false;
    }
  }
  void raise() {
    if (!places_.empty()) throw MissingKeys(std::move(places_));
  }

 private:
  std::vector<MissingKeys::Place> places_;
};

}  // namespace shardsim
