// SPDX-License-Identifier: Apache-2.0
#include "experiment/results/query_figures.hpp"
#include "experiment/results/run_result.hpp"

namespace shardsim {

std::vector<FigureText> described_figures() {
  std::vector<FigureText> out = FigureList<RunResult>::all().texts();
  for (const auto& list : {FigureList<HostResult>::all().texts(), FigureList<ShardResult>::all().texts(),
                           FigureList<LinkResult>::all().texts(), FigureList<BackgroundResult>::all().texts(),
                           FigureList<ClassResult>::all().texts(), FigureList<UpdatesResult>::all().texts()})
    out.insert(out.end(), list.begin(), list.end());
  return out;
}

std::vector<TableColumn> described_columns() {
  std::vector<TableColumn> out;
  for (const FigureText& text : FigureList<RunResult>::all().texts())
    if (!text.column.empty()) out.push_back({text.column, false});
  for (const QueryFigure& figure : kQueryFigures) out.push_back({figure.name, true});
  return out;
}

std::vector<Estimate> described_values(const RunResult& result) {
  std::vector<Estimate> out;
  for (const double value : FigureList<RunResult>::all().table_values(result)) out.emplace_back().value = value;
  out.insert(out.end(), result.query_means.begin(), result.query_means.end());
  return out;
}

}  // namespace shardsim
