// SPDX-License-Identifier: Apache-2.0
#include "model/operators.hpp"

namespace shardsim {
namespace {

constexpr int kLongest = 1'000'000;  // sequence
constexpr int kWidestOperator = 65536;

int gates(RecurrentKind kind) {
  switch (kind) {
    case RecurrentKind::simple:
      return 1;
    case RecurrentKind::gru:
      return 3;
    case RecurrentKind::lstm:
      return 4;
  }
  return 0;
}

}  // namespace

double flop_of(const Attention& a) {
  const double length = a.length;
  const double dim = a.dim;
  return a.layers * (8 * length * dim * dim + 4 * length * length * dim + 4 * length * dim * a.feed_forward);
}

std::int64_t weights_of(const Attention& a) {
  const std::int64_t dim = a.dim;
  return a.layers * (4 * dim * dim + 2 * dim * a.feed_forward);
}

double flop_of(const Recurrent& r) { return 2.0 * r.steps * static_cast<double>(weights_of(r)); }

std::int64_t weights_of(const Recurrent& r) {
  return gates(r.kind) * (std::int64_t{r.input} * r.hidden + std::int64_t{r.hidden} * r.hidden);
}

template <>
void describe(Describe<Attention>& d) {
  d.object("attention", "self-attention over a sequence, by the formula of Vaswani et al. 2017");
  d.required("length", &Attention::length, "tokens of the sequence").at_least(1).at_most(kLongest);
  d.required("dim", &Attention::dim, "width of a token, all heads together").at_least(1).at_most(kWidestOperator);
  d.optional("heads", &Attention::heads, "how many; they cost the same however many they are").at_least(1);
  d.optional("feed_forward", &Attention::feed_forward,
             "width of the two layers behind it that each token goes through; 0: there are none")
      .at_least(0)
      .at_most(1'000'000);
  d.optional("layers", &Attention::layers, "blocks, one after the other").at_least(1).at_most(1000);
  d.check([](const Attention& a) -> std::optional<Complaint> {
    if (a.dim % a.heads == 0) return std::nullopt;
    return Complaint{"heads", fmt::format("found {}, which do not divide the 'dim' {}", a.heads, a.dim)};
  });
}

template <>
void describe(Describe<Recurrent>& d) {
  d.object("recurrent", "a recurrent layer over a sequence, by the products of its gates");
  d.optional("kind", &Recurrent::kind, "simple has one gate, gru three, lstm four");
  d.required("input", &Recurrent::input, "width of an element").at_least(1).at_most(kWidestOperator);
  d.required("hidden", &Recurrent::hidden, "width of the state").at_least(1).at_most(kWidestOperator);
  d.required("steps", &Recurrent::steps, "elements of the sequence").at_least(1).at_most(kLongest);
}

}  // namespace shardsim
