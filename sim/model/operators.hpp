// SPDX-License-Identifier: Apache-2.0
// Operators over a sequence, whose cost follows from their shape.
#pragma once

#include "config/description.hpp"

namespace shardsim {

/// Self-attention over a sequence, in blocks one after the other (Vaswani et al., "Attention is all you need", 2017).
struct Attention {
  int length = 0;        ///< of the sequence, in tokens
  int dim = 0;           ///< of a token, all heads together
  int heads = 1;         ///< they divide `dim`, and cost the same however many they are
  int feed_forward = 0;  ///< width of the two layers behind it, which each token goes through; 0: there are none
  int layers = 1;        ///< blocks
};

/// FLOP of one sequence: for each block 8 * length * dim^2 (projections to queries, keys, values and the output),
/// 4 * length^2 * dim (scores, and the sum that they weigh) and 4 * length * dim * feed_forward. Softmax, normalisation
/// and activations cost nothing.
double flop_of(const Attention& attention);
/// Weights: for each block 4 * dim^2 + 2 * dim * feed_forward.
std::int64_t weights_of(const Attention& attention);

///   simple  one gate (Elman, "Finding structure in time", 1990)
///   gru     three (Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014)
///   lstm    four (Hochreiter and Schmidhuber, "Long short-term memory", 1997; with the forget gate of Gers et al.,
///   2000)
enum class RecurrentKind { simple, gru, lstm };
template <>
struct EnumNames<RecurrentKind> {
  static constexpr std::array<std::pair<RecurrentKind, std::string_view>, 3> names{
      {{RecurrentKind::simple, "simple"}, {RecurrentKind::gru, "gru"}, {RecurrentKind::lstm, "lstm"}}};
};

/// A recurrent layer over a sequence.
struct Recurrent {
  RecurrentKind kind = RecurrentKind::gru;
  int input = 0;   ///< width of an element
  int hidden = 0;  ///< width of the state
  int steps = 0;   ///< elements
};

/// FLOP of one sequence: 2 * gates * (input * hidden + hidden^2) a step. Activations cost nothing.
double flop_of(const Recurrent& recurrent);
/// Weights: gates * (input * hidden + hidden^2).
std::int64_t weights_of(const Recurrent& recurrent);

template <>
void describe(Describe<Attention>& d);
template <>
void describe(Describe<Recurrent>& d);

}  // namespace shardsim
