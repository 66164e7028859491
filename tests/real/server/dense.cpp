// SPDX-License-Identifier: Apache-2.0
#include "server/dense.hpp"

#include <cblas.h>

#include <cmath>

namespace shardsim::real {
namespace {

// Uniform, such that a layer keeps the size of what goes through it.
Matrix weights(std::size_t in, std::size_t out, std::uint32_t seed) {
  Matrix w(in, out);
  const float scale = std::sqrt(6.0F / static_cast<float>(in));
  std::uint32_t state = seed * 2654435761U + 1;
  for (float& x : w.values) {
    state = state * 1664525U + 1013904223U;  // Numerical Recipes' generator: any mix of signs would do
    x = scale * (static_cast<float>(state >> 8) / static_cast<float>(1U << 23) - 1);
  }
  return w;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.columns);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(a.rows), static_cast<int>(b.columns),
              static_cast<int>(a.columns), 1, a.values.data(), static_cast<int>(a.columns), b.values.data(),
              static_cast<int>(b.columns), 0, c.values.data(), static_cast<int>(c.columns));
  return c;
}

std::size_t width(int w) { return static_cast<std::size_t>(w); }

}  // namespace

Mlp::Mlp(std::vector<int> widths, std::uint32_t seed) {
  for (std::size_t i = 1; i < widths.size(); ++i)
    weights_.push_back(weights(width(widths[i - 1]), width(widths[i]), seed + static_cast<std::uint32_t>(i)));
}

Matrix Mlp::operator()(Matrix in) const {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    in = product(in, weights_[i]);
    if (i + 1 == weights_.size()) break;
    for (float& x : in.values) x = std::max(x, 0.0F);
  }
  return in;
}

DenseNet::DenseNet(const Net& net, std::uint32_t seed) {
  const auto refuse = [&](const char* what) {
    throw InputError(fmt::format("net {} has {}, which the real server does not have", in_quotes(net.name), what));
  };
  if (!net.repeated.empty()) refuse("'repeated' layers");
  const auto timed = [](const auto& op) { return op && (op->time.count() != 0 || op->time_per_item.count() != 0); };
  if (timed(net.bottom_mlp) || timed(net.interaction) || timed(net.top_mlp)) refuse("operators of a measured time");

  if (net.bottom_mlp) {
    inputs_ = width(net.bottom_mlp->layers.front());
    bottom_width_ = width(net.bottom_mlp->layers.back());
    bottom_ = Mlp(net.bottom_mlp->layers, seed);
  }
  features_ = static_cast<std::size_t>(features_width(net));
  if (net.interaction) kind_ = net.interaction->kind;
  if (kind_ == InteractionKind::dot) dim_ = width(net.tables.front().dim);
  if (kind_ == InteractionKind::low_rank_cross)
    for (int l = 0; l < net.interaction->layers; ++l) {
      const auto layer = seed + 100 + static_cast<std::uint32_t>(l);
      crossing_.emplace_back(weights(features_, width(net.interaction->rank), layer),
                             weights(width(net.interaction->rank), features_, layer + 50));
    }
  if (const std::vector<int> widths = top_widths(net); !widths.empty()) {
    top_inputs_ = width(widths.front());
    top_ = Mlp(widths, seed + 200);
  }
}

Matrix DenseNet::top(const Matrix& features) const {
  Matrix interacted = kind_ == InteractionKind::dot              ? dot(features)
                      : kind_ == InteractionKind::low_rank_cross ? cross(features)
                                                                 : features;
  if (top_.empty()) return interacted;
  if (interacted.columns == top_inputs_) return top_(std::move(interacted));
  // The model states another width than the interaction's: as many values of it, and zeros for what is missing.
  Matrix taken(interacted.rows, top_inputs_);
  for (std::size_t r = 0; r < taken.rows; ++r)
    std::copy_n(interacted.row(r), std::min(interacted.columns, top_inputs_), taken.row(r));
  return top_(std::move(taken));
}

// The products of all pairs of vectors, behind the bottom MLP's output.
Matrix DenseNet::dot(const Matrix& features) const {
  const std::size_t vectors = features_ / dim_;
  Matrix out(features.rows, bottom_width_ + vectors * (vectors - 1) / 2);
  Matrix pairs(vectors, vectors);
  const int n = static_cast<int>(vectors);
  const int d = static_cast<int>(dim_);
  for (std::size_t r = 0; r < features.rows; ++r) {
    const float* of = features.row(r);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, d, 1, of, d, of, d, 0, pairs.values.data(), n);
    float* to = std::copy_n(of, bottom_width_, out.row(r));
    for (std::size_t i = 1; i < vectors; ++i) to = std::copy_n(pairs.row(i), i, to);
  }
  return out;
}

// DCN v2: x = x0 * (x V U) + x.
Matrix DenseNet::cross(const Matrix& features) const {
  Matrix x = features;
  for (const auto& [down, up] : crossing_) {
    const Matrix crossed = product(product(x, down), up);
    for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] += features.values[i] * crossed.values[i];
  }
  return x;
}

}  // namespace shardsim::real
