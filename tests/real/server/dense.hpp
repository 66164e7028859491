// SPDX-License-Identifier: Apache-2.0
// The dense layers of a net, on one core, by OpenBLAS.
#pragma once

#include "model/model.hpp"

namespace shardsim::real {

/// Row-major, one row for each item.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  Matrix() = default;
  Matrix(std::size_t r, std::size_t c) : rows(r), columns(c), values(r * c) {}
  float* row(std::size_t r) { return values.data() + r * columns; }
  const float* row(std::size_t r) const { return values.data() + r * columns; }
};

/// Fully connected layers with ReLU between them. Weights follow from the widths and `seed`.
class Mlp {
 public:
  Mlp() = default;
  Mlp(std::vector<int> widths, std::uint32_t seed);
  bool empty() const { return weights_.empty(); }
  Matrix operator()(Matrix in) const;

 private:
  std::vector<Matrix> weights_;
};

/// A net's layers. Throws InputError for a net that has what is not built here: operators of a measured time, repeated
/// layers.
class DenseNet {
 public:
  DenseNet(const Net& net, std::uint32_t seed);

  /// Width of the dense inputs.
  std::size_t inputs() const { return inputs_; }
  /// Elements of a row of features: the bottom MLP's output, then the pooled vectors of the tables, side by side.
  std::size_t features() const { return features_; }
  std::size_t bottom_width() const { return bottom_width_; }

  Matrix bottom(Matrix inputs) const { return bottom_(std::move(inputs)); }
  /// Interaction and top MLP: what they give for each row of features, of which the first element is the net's score.
  Matrix top(const Matrix& features) const;

 private:
  Matrix dot(const Matrix& features) const;
  Matrix cross(const Matrix& features) const;

  std::size_t inputs_ = 0;
  std::size_t bottom_width_ = 0;
  std::size_t features_ = 0;
  std::size_t top_inputs_ = 0;  // 0: no top MLP
  std::size_t dim_ = 0;         // of a dot's vectors
  InteractionKind kind_ = InteractionKind::concat;
  Mlp bottom_;
  Mlp top_;
  std::vector<std::pair<Matrix, Matrix>> crossing_;  // down and up of each layer
};

}  // namespace shardsim::real
