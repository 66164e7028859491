// SPDX-License-Identifier: Apache-2.0
// Which servers a batch of rows is written on, and what that takes there.
#pragma once

#include "serving/serving.hpp"

namespace shardsim {

/// What is known beforehand of the rows that are written, by number of the table as in tables_of().
struct WriteProfile {
  std::vector<double> weights;              ///< in proportion to which rows of a table are among those of a batch
  std::vector<std::vector<double>> shares;  ///< of the parts of a table split by rows; else empty
  /// How popular rows are, by which they are drawn; empty where it makes no difference which rows are written.
  std::vector<std::shared_ptr<const RankSampler>> laws;
  bool scattered = false;  ///< as in TableUse
};

/// What a batch writes on each replica of a service.
struct ServerWrites {
  struct Far {
    std::int64_t rows = 0;
    Bytes moved;                    ///< whole pages
    std::int64_t rows_to_read = 0;  ///< of these rows, those whose page is read first
    Bytes read;
  };
  std::int64_t rows = 0;
  Bytes message;
  double core_ps = 0;           ///< of writing the rows, and asking tiers
  Bytes traffic;                ///< memory moved
  std::vector<Far> tiers;       ///< by number of the tier
  std::vector<AskedRow> drawn;  ///< of tables that are not all in memory, where rows are drawn
};

/// Deals the rows of batches. A row costs its server's core and memory what a lookup of it does, wherever it lies: it
/// is copied to its place, or to a buffer that is written, and to the cache. One in a tier costs asking for it too.
class RowWrites {
 public:
  /// What is named must outlive the object; every service has a replica.
  RowWrites(const Model& model, const ShardingPlan& plan, const Serving& serving, const StoreSpec& store,
            WriteProfile profile);

  /// By service. Which rows of a batch are written does not depend on the plan, as far as they are drawn.
  std::vector<ServerWrites> deal(std::int64_t rows, RandomStream& random) const;

 private:
  // A table, or a part of it, on the servers of a service.
  struct Holder {
    std::size_t service = 0;
    Bytes row;
    RowCosts costs;
    const TieredTable* tiered = nullptr;  // null: all in memory
    bool reads_to_write = false;
  };
  struct WrittenTable {
    std::uint32_t number = 0;
    std::int64_t rows = 0;
    Split split = Split::rows;
    SplitBy split_by = SplitBy::modulus;
    std::vector<std::vector<Holder>> parts;  // each with all services that have it
    std::shared_ptr<const RankSampler> law;  // null: only numbers of rows matter
  };

  void deal(const WrittenTable& table, std::int64_t rows, RandomStream& random, std::vector<ServerWrites>& out) const;
  void deal_drawn(const WrittenTable& table, std::int64_t rows, RandomStream& random,
                  std::vector<ServerWrites>& out) const;
  static void add(const Holder& holder, std::int64_t rows, std::int64_t far, ServerWrites& writes);

  std::vector<WrittenTable> tables_;
  WriteProfile profile_;
  std::vector<std::optional<Bijection>> scatter_;  // by table
  std::vector<std::size_t> tiers_;                 // by service
};

}  // namespace shardsim
