// SPDX-License-Identifier: Apache-2.0
#include "experiment/parallel.hpp"

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

namespace shardsim {

void in_parallel(std::size_t count, unsigned jobs, const std::function<bool()>& stop,
                 const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count && !failed && !(stop && stop()); i = next++) body(i);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failed = true;
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t j = 1; j < std::min<std::size_t>(jobs, count); ++j) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace shardsim
