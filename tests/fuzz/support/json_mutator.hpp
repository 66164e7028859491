// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "config/value_type.hpp"

namespace shardsim::fuzz {

/// What LLVMFuzzerCustomMutator does for a file that the schema of `type` describes: changes of a JSON value, with the
/// keys and words that the schema knows, so that inputs get past the parser; now and then a change of the bytes.
std::size_t mutate_json(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed, const ValueType& type);

}  // namespace shardsim::fuzz
