// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.hpp"
#include "workload/trace_form.hpp"

namespace shardsim {
namespace {

std::unique_ptr<TraceFormReader> open_trace(TraceBytes bytes) {
  const std::string_view head = bytes.peek(kCompactMagic.size());
  if (head.empty()) throw InputError(bytes.name(), "", "is empty; expected a trace");
  if (head == kCompactMagic) return open_compact_trace(std::move(bytes));
  if (kCompactMagic.starts_with(head))
    throw InputError(bytes.name(), "", "is a compact trace that was cut off; copy or make it again");
  if (head.starts_with(kCompactMagic.substr(0, kCompactMagic.size() - 1)))
    throw InputError(
        bytes.name(), "",
        fmt::format("is a compact trace of another version, {}, written by a newer shardsim; this one reads {}",
                    in_quotes(head), kCompactMagic));
  return open_text_trace(std::move(bytes));
}

}  // namespace

class TraceReader::Impl {
 public:
  explicit Impl(TraceBytes bytes) : stream(bytes.stream()), form(open_trace(std::move(bytes))) {}
  const std::istream& stream;  // owned by `form`
  std::unique_ptr<TraceFormReader> form;
  std::uint64_t count = 0;
};

TraceReader::TraceReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(TraceBytes(file))) {}
TraceReader::~TraceReader() = default;
TraceReader::TraceReader(TraceReader&&) noexcept = default;

const TraceHeader& TraceReader::header() const { return impl_->form->header(); }

bool TraceReader::next(TraceRecord& record) {
  if (!impl_->form->next(record)) return false;
  ++impl_->count;
  return true;
}

std::uint64_t TraceReader::count() const { return impl_->count; }
double TraceReader::share_read() const { return shardsim::share_read(impl_->stream); }
void TraceReader::fail(const std::string& message) const { throw impl_->form->error(message); }

}  // namespace shardsim
