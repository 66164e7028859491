// SPDX-License-Identifier: Apache-2.0
// What queueing theory says exactly. Times are in the unit of the service time that is given; loads are between 0 and
// 1, exclusive; quantiles are of ranks between 0 and 1, exclusive. Nothing here knows the simulator.
#pragma once

#include <vector>

namespace shardsim::queueing {

/// Quantile of the exponential distribution: -mean log(1 - q). The time in an M/M/1 queue, first come first served, has
/// this distribution with mean s / (1 - rho) (L. Kleinrock, "Queueing Systems", vol. 1, 1975).
double exponential_quantile(double mean, double q);

/// Probability that a customer of an M/M/c queue waits (Erlang's C), by the recursion of Erlang's B: R. B. Cooper,
/// "Introduction to Queueing Theory", 2nd ed., 1981.
double erlang_c(int servers, double load);

/// Mean time in an M/M/c queue: s + C s / (c (1 - rho)).
double mmc_mean(int servers, double load, double service);

/// Quantile of the time in an M/M/c queue, first come first served: service is exponential, and the wait is 0 with
/// probability 1 - C and exponential of mean s / (c (1 - rho)) otherwise, independently (D. Gross, C. M. Harris,
/// "Fundamentals of Queueing Theory", 3rd ed., 1998). Their sum, with m = 1 / s and w = (c (1 - rho)) / s:
/// P(T > t) = e^(-m t) + C m (e^(-w t) - e^(-m t)) / (m - w), or (1 + C m t) e^(-m t) where m = w.
double mmc_quantile(int servers, double load, double service, double q);

/// An M/M/c/K queue: of at most K customers, in service or waiting; who finds it full is turned away, which happens
/// with the probability that it is full (R. W. Wolff, "Poisson arrivals see time averages", Operations Research 30(2),
/// 1982). With a = c rho, p_n is in proportion to a^n / n! up to c, and to p_c rho^(n - c) from there (D. Gross, C. M.
/// Harris, "Fundamentals of Queueing Theory", 3rd ed., 1998). With K = c it is Erlang's loss system, whose losses are
/// the same whatever the distribution of service (B. A. Sevastyanov, 1957).
struct Mmck {
  double blocked = 0;    ///< probability of being turned away
  double mean_wait = 0;  ///< of those who are not, by Little's law
};
/// servers <= most; load = rate x service / servers, more than 0: 1 and more, too.
Mmck mmck(int servers, int most, double load, double service);

/// Mean waits in an M/M/c queue whose customers are of classes, the first of which goes before all others, and so on;
/// who is in service stays. `loads` are those of the classes; service is alike. Class k waits
/// C s / (c (1 - sum of the loads before it) (1 - sum with its own)), C of the whole load (A. Cobham, "Priority
/// assignment in waiting line problems", Operations Research 2, 1954; for c = 1, C = rho).
std::vector<double> priority_waits(int servers, const std::vector<double>& loads, double service);

/// The same in an M/G/1 queue: `second_moment` is E[S^2] of all, and class k waits
/// (rate E[S^2] / 2) / ((1 - sum of the loads before it) (1 - sum with its own)) (Cobham 1954).
std::vector<double> priority_waits_mg1(double rate, double second_moment, const std::vector<double>& loads);

/// Mean time in a queue with Poisson arrivals whose one server takes all that wait, up to `batch`, at once, for a time
/// that is the same for any number; who comes meanwhile waits. load = rate x service / batch.
///
/// Exponential service: with n waiting beside a busy server in proportion to r^n, where r in (0, 1) solves
/// m r^(batch + 1) - (l + m) r + l = 0, and an idle server m / l as probable as a busy one with none waiting (the
/// balance of flows; J. Medhi, "Stochastic Models in Queueing Theory", 2nd ed., 2003, 4.3).
double bulk_exponential_mean(int batch, double load, double service);
/// Constant service: how many are left behind at the ends of batches is the Markov chain of M/D/c with c = batch (who
/// finds none waits for one and takes it alone), and the mean number that waits follows from it by what a service adds:
/// n D + l D^2 / 2, over a mean cycle of D + P(none left) / l (J. Medhi, as above; N. T. J. Bailey, 1954).
double bulk_constant_mean(int batch, double load, double service);

/// Mean time in an M/G/1 queue, first come first served, where `cv` is the coefficient of variation of the service
/// time: s + rho s (1 + cv^2) / (2 (1 - rho)). F. Pollaczek 1930, A. Y. Khinchine 1932; Kleinrock, vol. 1.
double mg1_mean(double load, double service, double cv);

/// An M/D/c queue, first come first served.
///
/// The number of customers at times one service apart is a Markov chain: who is in service at t has left at t + D, and
/// who is not has not, so that n(t + D) = max(n(t) - c, 0) + Poisson(lambda D) (C. D. Crommelin, "Delay probability
/// formulae when the holding times are constant", Post Office Electrical Engineers Journal 25, 1932). Its distribution
/// is found by iteration. The wait follows from it without cancellation (G. J. Franx, "A simple solution for the M/D/c
/// waiting time distribution", Operations Research Letters 29(5), 2001): with Q(m) the probability that at most
/// m wait, and (k - 1) D <= t < k D,
///     P(W <= t) = sum over j from 0 to k c - 1 of Q(k c - 1 - j) e^-a a^j / j!, a = lambda (k D - t).
class Mdc {
 public:
  /// servers >= 1; load at most 0.95, beyond which the iteration takes long.
  Mdc(int servers, double load, double service);
  double mean() const;                ///< time in the queue: by Little's law from the mean number that wait
  double wait_below(double t) const;  ///< P(W <= t)
  double quantile(double q) const;    ///< of the time in the queue, D + W; D where nobody waits that long

 private:
  int servers_;
  double rate_;  // of arrivals
  double service_;
  std::vector<double> waiting_at_most_;  // Q
  double mean_waiting_ = 0;
};

/// Quantile of the sum of independent exponential times, by their means, all different or all equal: hypoexponential or
/// Erlang. The times in the queues of a tandem are such (E. Reich, "Waiting times when queues are in tandem", Annals of
/// Mathematical Statistics 28, 1957; P. J. Burke 1964: independent for single servers).
double sum_of_exponentials_quantile(const std::vector<double>& means, double q);

/// Mean of the largest of n independent exponential times: mean (1 + 1/2 + ... + 1/n). A. Renyi, "On the theory of
/// order statistics", 1953.
double largest_exponential_mean(int n, double mean);
/// Its quantile, from P(largest <= t) = (1 - e^(-t / mean))^n.
double largest_exponential_quantile(int n, double mean, double q);

/// Mean time from fork to join over two M/M/1 queues that every customer asks both: (12 - rho) / 8 of s / (1 - rho).
/// R. Nelson, A. N. Tantawi, "Approximate analysis of fork/join synchronization in parallel queues", IEEE Transactions
/// on Computers 37(6), 1988; exact for two (L. Flatto, S. Hahn 1984).
double fork_join_two_mean(double load, double service);

/// A closed network: each of `customers` pauses, then visits every station once.
struct ClosedNetwork {
  double response = 0;    ///< mean time at the stations together
  double throughput = 0;  ///< customers a unit of time
};
/// Mean value analysis: M. Reiser, S. S. Lavenberg, "Mean-value analysis of closed multichain queuing networks", JACM
/// 27(2), 1980. Stations have one exponential server each, first come first served; `demands` are their mean service
/// times; `pause` is the mean pause, of any distribution.
ClosedNetwork mean_value_analysis(int customers, double pause, const std::vector<double>& demands);

}  // namespace shardsim::queueing
