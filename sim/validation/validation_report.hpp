// SPDX-License-Identifier: Apache-2.0
// Findings as text, JSON and CSV. Nothing here prints.
#pragma once

#include "validation/validate.hpp"

namespace shardsim {

/// A table for a person, and a line that sums it up.
std::string validation_text(const ValidationPlan& plan, const std::vector<Finding>& findings);
Json validation_json(const ValidationPlan& plan, const std::vector<Finding>& findings);
/// One row a finding; the unit of its figures is a column, as it differs from row to row.
std::string validation_csv(const std::vector<Finding>& findings);

/// What would be run: families, what they rest on, their cases, and how to run one by itself.
std::string validation_list(const ValidationPlan& plan);

}  // namespace shardsim
