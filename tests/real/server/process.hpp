// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace shardsim::real {

/// What every program here does first: memory that was given back is kept, a product runs on one core, and gRPC says
/// nothing.
void set_up_process();

}  // namespace shardsim::real
