// SPDX-License-Identifier: Apache-2.0
#include "validation/queueing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shardsim::queueing {
namespace {

// The t with survival(t) = 1 - q, for a survival function that falls from 1 at `low` towards 0.
template <class Survival>
double solve_quantile(double low, double step, double q, Survival survival) {
  double high = low + step;
  while (survival(high) > 1 - q) high += step *= 2;
  for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
    const double middle = (low + high) / 2;
    (survival(middle) > 1 - q ? low : high) = middle;
  }
  return high;
}

// Poisson probabilities 0, 1, ... until what is left does not matter.
std::vector<double> poisson_probabilities(double mean) {
  std::vector<double> p{std::exp(-mean)};
  while (static_cast<double>(p.size()) < mean || p.back() > 1e-18)
    p.push_back(p.back() * mean / static_cast<double>(p.size()));
  return p;
}

}  // namespace

double exponential_quantile(double mean, double q) { return -mean * std::log1p(-q); }

double erlang_c(int servers, double load) {
  const double offered = servers * load;
  double b = 1;
  for (int k = 1; k <= servers; ++k) b = offered * b / (k + offered * b);
  return b / (1 - load * (1 - b));
}

double mmc_mean(int servers, double load, double service) {
  return service + erlang_c(servers, load) * service / (servers * (1 - load));
}

double mmc_quantile(int servers, double load, double service, double q) {
  const double m = 1 / service;
  const double w = servers * (1 - load) / service;
  const double waits = erlang_c(servers, load);
  return solve_quantile(0, service, q, [&](double t) {
    const double served = std::exp(-m * t);
    // The difference of the exponentials divided by that of the rates, which may be zero.
    const double both = std::abs(m - w) < 1e-9 * m ? t * served : (std::exp(-w * t) - served) / (m - w);
    return served + waits * m * both;
  });
}

std::vector<double> priority_waits(int servers, const std::vector<double>& loads, double service) {
  const double all = std::accumulate(loads.begin(), loads.end(), 0.0);
  std::vector<double> waits;
  double before = 0;
  for (const double load : loads) {
    waits.push_back(erlang_c(servers, all) * service / (servers * (1 - before) * (1 - before - load)));
    before += load;
  }
  return waits;
}

std::vector<double> priority_waits_mg1(double rate, double second_moment, const std::vector<double>& loads) {
  std::vector<double> waits;
  double before = 0;
  for (const double load : loads) {
    waits.push_back(rate * second_moment / 2 / ((1 - before) * (1 - before - load)));
    before += load;
  }
  return waits;
}

double bulk_exponential_mean(int batch, double load, double service) {
  const double m = 1 / service;
  const double l = load * batch * m;
  const auto at = [&](double r) { return m * std::pow(r, batch + 1) - (l + m) * r + l; };
  // It falls from l at 0 through the root to where it turns, and rises to 0 at 1.
  double low = 0;
  double high = std::pow((l + m) / (m * (batch + 1)), 1.0 / batch);
  for (int i = 0; i < 200; ++i) (at((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
  const double r = low;
  const double busy_none = 1 / (1 / (1 - r) + m / l);
  return busy_none * r / ((1 - r) * (1 - r)) / l + service;
}

double bulk_constant_mean(int batch, double load, double service) {
  const double arrive = load * batch;  // during a service
  const std::vector<double> arrivals = poisson_probabilities(arrive);
  const auto most = static_cast<std::size_t>(batch) * static_cast<std::size_t>(std::ceil(60 / (1 - load)));
  std::vector<double> left(most);
  left[0] = 1;
  for (double change = 1; change > 1e-14;) {
    std::vector<double> next(most);
    for (std::size_t n = 0; n < most; ++n) {
      const std::size_t stay = n > static_cast<std::size_t>(batch) ? n - static_cast<std::size_t>(batch) : 0;
      for (std::size_t a = 0; a < arrivals.size() && stay + a < most; ++a) next[stay + a] += left[n] * arrivals[a];
    }
    change = 0;
    for (std::size_t n = 0; n < most; ++n) change += std::abs(next[n] - left[n]);
    left = std::move(next);
  }
  const double rate = arrive / service;
  double waiting = 0;  // times time
  for (std::size_t n = 0; n < most; ++n) {
    const double stay = std::max(0.0, static_cast<double>(n) - batch);
    waiting += left[n] * (stay * service + rate * service * service / 2);
  }
  return waiting / (service + left[0] / rate) / rate + service;
}

Mmck mmck(int servers, int most, double load, double service) {
  double p = 1;  // of n customers, in proportion
  double all = 1;
  double waiting = 0;
  for (int n = 1; n <= most; ++n) {
    p *= servers * load / std::min(n, servers);
    all += p;
    waiting += p * std::max(0, n - servers);
  }
  const double blocked = p / all;
  return {blocked, waiting / all / (servers * load / service * (1 - blocked))};
}

double mg1_mean(double load, double service, double cv) {
  return service + load * service * (1 + cv * cv) / (2 * (1 - load));
}

Mdc::Mdc(int servers, double load, double service)
    : servers_(servers), rate_(servers * load / service), service_(service) {
  const std::vector<double> arrivals = poisson_probabilities(servers * load);
  const auto c = static_cast<std::size_t>(servers);
  // The tail falls by a factor z a customer, z = e^(rho (z - 1)) > 1 (Tijms, "A First Course in Stochastic Models",
  // 2003): about 1 + 2 (1 - rho), so that e^-80 is cut off.
  const auto states = c + arrivals.size() + static_cast<std::size_t>(40 / (1 - load));
  constexpr double kSettled = 1e-13;
  std::vector<double> now(states);
  now[0] = 1;
  for (double change = 1; change > kSettled;) {
    std::vector<double> next(states);
    for (std::size_t n = 0; n < states; ++n)
      for (std::size_t k = 0; k < arrivals.size(); ++k)
        next[std::min((n > c ? n - c : 0) + k, states - 1)] += now[n] * arrivals[k];
    change = std::transform_reduce(now.begin(), now.end(), next.begin(), 0.0, std::plus<>(),
                                   [](double a, double b) { return std::abs(a - b); });
    now = std::move(next);
  }
  double below = std::accumulate(now.begin(), now.begin() + servers, 0.0);
  for (std::size_t m = 0; c + m < states; ++m) {
    below += now[c + m];
    waiting_at_most_.push_back(below);
    mean_waiting_ += static_cast<double>(m) * now[c + m];
  }
}

double Mdc::mean() const { return service_ + mean_waiting_ / rate_; }

double Mdc::wait_below(double t) const {
  const auto k = static_cast<std::size_t>(std::floor(t / service_)) + 1;
  const double a = rate_ * (static_cast<double>(k) * service_ - t);
  double poisson = std::exp(-a);
  double sum = 0;
  for (std::size_t left = k * static_cast<std::size_t>(servers_), j = 0; left-- > 0;) {
    sum += poisson * waiting_at_most_[std::min(left, waiting_at_most_.size() - 1)];
    poisson *= a / static_cast<double>(++j);
  }
  return sum;
}

double Mdc::quantile(double q) const {
  if (wait_below(0) >= q) return service_;
  return service_ + solve_quantile(0, service_, q, [&](double t) { return 1 - wait_below(t); });
}

double sum_of_exponentials_quantile(const std::vector<double>& means, double q) {
  const bool equal = std::equal(means.begin() + 1, means.end(), means.begin());
  const double total = std::accumulate(means.begin(), means.end(), 0.0);
  return solve_quantile(0, total, q, [&](double t) {
    double survival = 0;
    double term = std::exp(-t / means[0]);
    for (std::size_t i = 0; i < means.size(); ++i) {
      if (equal) {  // Erlang: fewer than n events of a Poisson process
        survival += term;
        term *= t / means[0] / static_cast<double>(i + 1);
        continue;
      }
      double weight = 1;
      for (std::size_t j = 0; j < means.size(); ++j)
        if (j != i) weight *= means[i] / (means[i] - means[j]);
      survival += weight * std::exp(-t / means[i]);
    }
    return survival;
  });
}

double largest_exponential_mean(int n, double mean) {
  double harmonic = 0;
  for (int i = 1; i <= n; ++i) harmonic += 1.0 / i;
  return mean * harmonic;
}

double largest_exponential_quantile(int n, double mean, double q) { return -mean * std::log1p(-std::pow(q, 1.0 / n)); }

double fork_join_two_mean(double load, double service) { return (12 - load) / 8 * service / (1 - load); }

ClosedNetwork mean_value_analysis(int customers, double pause, const std::vector<double>& demands) {
  ClosedNetwork network;
  std::vector<double> present(demands.size());
  for (int n = 1; n <= customers; ++n) {
    std::vector<double> response(demands.size());
    for (std::size_t i = 0; i < demands.size(); ++i) response[i] = demands[i] * (1 + present[i]);
    network.response = std::accumulate(response.begin(), response.end(), 0.0);
    network.throughput = n / (network.response + pause);
    for (std::size_t i = 0; i < demands.size(); ++i) present[i] = network.throughput * response[i];
  }
  return network;
}

}  // namespace shardsim::queueing
