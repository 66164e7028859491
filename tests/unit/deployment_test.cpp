// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include "cluster/cluster.hpp"

using namespace shardsim;
using Catch::Matchers::Contains;

namespace {

Choice<Topology> topology(const std::string& json) {
  Document d = Document::wrap(Json::parse(json), "test", {});
  return read_document<Choice<Topology>>(d);
}

/// Three leaves of four hosts.
Choice<Topology> fabric(const std::string& more = "") {
  return topology(R"({"type": "leaf-spine", "leaves": 3, "hosts_per_leaf": 4, "spines": 2, "host_bandwidth": "10 GB/s",
    "host_latency": "1 us", "uplink": {"bandwidth": "40 GB/s", "latency": "2 us"})" +
                  more + "}");
}

Platform platform(const std::string& name, double gigabytes_per_second = 3, double microseconds = 0) {
  Platform p;
  p.name = name;
  p.nic.bandwidth = Bandwidth{gigabytes_per_second * 1e9};
  p.nic.latency = from_seconds(microseconds * 1e-6);
  return p;
}

Cluster cluster(int main_replicas, int sparse_replicas) {
  Cluster c;
  c.main.emplace();
  c.sparse.emplace();
  c.main->platform = platform("large");
  c.main->replicas = main_replicas;
  c.sparse->platform = platform("small");
  c.sparse->replicas = sparse_replicas;
  return c;
}

using Names = std::vector<std::string>;

/// The main shard and sparse shards, as a strategy calls them.
Names services(int shards) {
  Names names{"main"};
  for (int s = 0; s < shards; ++s) names.push_back("sparse" + std::to_string(s));
  return names;
}

Pool pool(const std::string& name, const Names& takes, int replicas = 1) {
  Pool p;
  p.name = name;
  p.services = takes;
  p.platform = platform(name);
  p.replicas = replicas;
  return p;
}

Cluster pools(std::vector<Pool> list) {
  Cluster c;
  c.pools = std::move(list);
  return c;
}

Names hosts_of(const Deployment& d) {
  Names names;
  for (const ServiceSite& site : d.services)
    for (const NodeId node : site.nodes) names.push_back(d.topology.graph[node].name);
  return names;
}

/// The link between two nodes.
NetworkLink link(const Deployment& d, const std::string& from, const std::string& to) {
  const NetworkGraph& g = d.topology.graph;
  return g[boost::edge(node_named(g, from, ""), node_named(g, to, ""), g).first];
}

}  // namespace

TEST_CASE("deployment: where the topology makes hosts, they are named after their servers") {
  const auto star = topology(R"({"type": "star", "up_latency": "1 us", "down_latency": "2 us"})");
  CHECK(hosts_of(deploy(cluster(2, 1), services(3), *star)) ==
        Names{"main0", "main1", "sparse0", "sparse1", "sparse2"});
  CHECK(hosts_of(deploy(cluster(1, 2), services(2), *star)) ==
        Names{"main0", "sparse0.0", "sparse0.1", "sparse1.0", "sparse1.1"});
  Cluster named = cluster(1, 1);
  named.main->hosts = {"frontal"};
  CHECK(hosts_of(deploy(named, services(1), *star)) == Names{"frontal", "sparse0"});
  named.main->hosts.clear();
  named.sparse->placement = HostChoice{};
  CHECK_THROWS_WITH(deploy(named, services(1), *star),
                    Contains("/cluster/sparse/placement") && Contains("nothing to choose"));
}

TEST_CASE("deployment: without a word servers are packed on the first free hosts") {
  const Cluster c = cluster(2, 1);  // the servers point to its platforms
  const Deployment d = deploy(c, services(4), *fabric());
  CHECK(hosts_of(d) == Names{"leaf0/host0", "leaf0/host1", "leaf0/host2", "leaf0/host3", "leaf1/host0", "leaf1/host1"});
  REQUIRE(d.services.size() == 5);
  CHECK(d.services[0].name == "main");
  CHECK(d.services[0].platform->name == "large");
  CHECK(d.services[1].name == "sparse0");
  CHECK(d.services[1].platform->name == "small");
  CHECK(d.topology.graph[d.services[0].nodes[0]].kind == NodeKind::host);
}

TEST_CASE("deployment: by pattern, packed or spread over racks") {
  Cluster c = cluster(2, 1);
  c.main->placement = HostChoice{"leaf2/*", HostOrder::packed};
  c.sparse->placement = HostChoice{"*", HostOrder::spread};
  // One of each leaf in turn; on the last leaf the first two are taken.
  CHECK(hosts_of(deploy(c, services(5), *fabric())) ==
        Names{"leaf2/host0", "leaf2/host1", "leaf0/host0", "leaf1/host0", "leaf2/host2", "leaf0/host1", "leaf1/host1"});
  c.sparse->placement = HostChoice{"leaf[01]/host?", HostOrder::spread};
  CHECK(hosts_of(deploy(c, services(3), *fabric())) ==
        Names{"leaf2/host0", "leaf2/host1", "leaf0/host0", "leaf1/host0", "leaf0/host1"});
  c.sparse->placement = HostChoice{"leaf0/host1", HostOrder::packed};
  CHECK(hosts_of(deploy(c, services(1), *fabric())).back() == "leaf0/host1");
  // When one rack is full the others go on.
  c.main->placement = HostChoice{"leaf0/*", HostOrder::packed};
  c.main->replicas = 3;
  c.sparse->placement = HostChoice{"leaf[01]/*", HostOrder::spread};
  CHECK(hosts_of(deploy(c, services(4), *fabric())) ==
        Names{"leaf0/host0", "leaf0/host1", "leaf0/host2", "leaf0/host3", "leaf1/host0", "leaf1/host1", "leaf1/host2"});
}

TEST_CASE("deployment: a host whose platform is known takes only services of it") {
  const auto labelled = fabric(R"(, "host_platforms": {"leaf0/*": "large", "leaf1/*": "small"})");
  CHECK(hosts_of(deploy(cluster(2, 1), services(3), *labelled)) ==
        Names{"leaf0/host0", "leaf0/host1", "leaf1/host0", "leaf1/host1", "leaf1/host2"});
  // Hosts without a label take any: 4 + 4 for the sparse shards.
  CHECK(hosts_of(deploy(cluster(1, 1), services(8), *labelled)).back() == "leaf2/host3");
  CHECK_THROWS_WITH(deploy(cluster(1, 1), services(9), *labelled),
                    Contains("8 of 11 free hosts") && Contains("'small'") && Contains("9 are needed"));
  Cluster wrong = cluster(1, 1);
  wrong.sparse->hosts = {"leaf0/host2"};
  CHECK_THROWS_WITH(deploy(wrong, services(1), *labelled), Contains("/cluster/sparse") &&
                                                               Contains("'leaf0/host2' is of platform 'large'") &&
                                                               Contains("'small'"));
}

TEST_CASE("deployment: hosts named one by one") {
  Cluster c = cluster(1, 2);
  c.main->hosts = {"leaf2/host3"};
  c.sparse->hosts = {"leaf0/host3", "leaf1/host3", "leaf0/host2", "leaf1/host2"};
  CHECK(hosts_of(deploy(c, services(2), *fabric())) ==
        Names{"leaf2/host3", "leaf0/host3", "leaf1/host3", "leaf0/host2", "leaf1/host2"});
  CHECK_THROWS_WITH(deploy(c, services(3), *fabric()),
                    Contains("/cluster/sparse/hosts") && Contains("names 4 hosts and 6 are needed"));
  c.sparse->hosts[3] = "leaf1/host9";
  CHECK_THROWS_WITH(deploy(c, services(2), *fabric()),
                    Contains("/cluster/sparse/hosts") && Contains("no host 'leaf1/host9'"));
  c.sparse->hosts[3] = "leaf1";
  CHECK_THROWS_WITH(deploy(c, services(2), *fabric()), Contains("no host 'leaf1'"));  // a switch
  c.sparse->hosts[3] = "leaf2/host3";
  CHECK_THROWS_WITH(deploy(c, services(2), *fabric()), Contains("'leaf2/host3'") && Contains("two servers"));
}

TEST_CASE("deployment: too few hosts is an error that counts them") {
  CHECK_THROWS_AS(deploy(cluster(1, 1), services(12), *fabric()), ScenarioError);
  CHECK_THROWS_WITH(deploy(cluster(1, 1), services(12), *fabric()), Contains("/cluster/sparse/placement") &&
                                                                        Contains("11 of 11 free hosts match '*'") &&
                                                                        Contains("12 are needed"));
  Cluster c = cluster(1, 1);
  c.main->placement = HostChoice{"rack*", HostOrder::packed};
  CHECK_THROWS_WITH(deploy(c, services(1), *fabric()), Contains("0 of 12 free hosts match 'rack*'"));
  c.colocate = true;
  CHECK_THROWS_WITH(deploy(c, services(1), *fabric()), Contains("0 of 12 free hosts match 'rack*'"));
}

TEST_CASE("deployment: servers share hosts where that is allowed, of one platform") {
  Cluster c = cluster(1, 1);
  c.sparse->platform = c.main->platform;
  c.colocate = true;
  c.main->placement = c.sparse->placement = HostChoice{"leaf0/host[01]", HostOrder::packed};
  const Deployment d = deploy(c, services(3), *fabric());
  CHECK(hosts_of(d) == Names{"leaf0/host0", "leaf0/host0", "leaf0/host1", "leaf0/host0"});
  // The card's latency counts once, however many servers share it.
  c.main->platform.nic.latency = c.sparse->platform.nic.latency = from_seconds(5e-6);
  CHECK(link(deploy(c, services(3), *fabric()), "leaf0/host0", "leaf0").latency == from_seconds(6e-6));
  // Two platforms of one name are one machine only if they are alike in all but remarks.
  c.sparse->platform.description = "the same, told otherwise";
  CHECK_NOTHROW(deploy(c, services(3), *fabric()));
  c.sparse->platform.service_overhead = from_seconds(1e-3);
  CHECK_THROWS_WITH(deploy(c, services(3), *fabric()),
                    Contains("'leaf0/host0'") && Contains("another 'service_overhead'"));
  c.colocate = false;
  c.main->placement.reset();
  c.sparse->placement.reset();
  CHECK_NOTHROW(deploy(c, services(3), *fabric()));
  c.colocate = true;
  c.main->placement = c.sparse->placement = HostChoice{"leaf0/host[01]", HostOrder::packed};
  c.sparse->platform = platform("small");
  CHECK_THROWS_WITH(deploy(c, services(1), *fabric()), Contains("'leaf0/host0' is of platform 'large'"));
}

TEST_CASE("deployment: a host's links are no faster than its card, and longer by the card's latency") {
  Cluster c = cluster(1, 1);
  c.main->platform = platform("large", 3, 5);
  c.sparse->platform = platform("small", 50, 7);
  c.sparse->platform.nic.receive_bandwidth = Bandwidth{2e9};
  const Deployment d = deploy(c, services(1), *fabric());
  REQUIRE(hosts_of(d) == Names{"leaf0/host0", "leaf0/host1"});
  // Main: 3 GB/s both ways, 1 + 5 us. Sparse: 10 GB/s of the link to send, 2 to receive, 1 + 7 us.
  CHECK(link(d, "leaf0/host0", "leaf0").bandwidth.bytes_per_second == 3e9);
  CHECK(link(d, "leaf0", "leaf0/host0").bandwidth.bytes_per_second == 3e9);
  CHECK(link(d, "leaf0/host0", "leaf0").latency == from_seconds(6e-6));
  CHECK(link(d, "leaf0", "leaf0/host0").latency == from_seconds(6e-6));
  CHECK(link(d, "leaf0/host1", "leaf0").bandwidth.bytes_per_second == 10e9);
  CHECK(link(d, "leaf0", "leaf0/host1").bandwidth.bytes_per_second == 2e9);
  CHECK(link(d, "leaf0/host1", "leaf0").latency == from_seconds(8e-6));
  // Links of others are as described.
  CHECK(link(d, "leaf0/host2", "leaf0").bandwidth.bytes_per_second == 10e9);
  CHECK(link(d, "leaf0/host2", "leaf0").latency == from_seconds(1e-6));
  CHECK(link(d, "leaf0", "spine0").bandwidth.bytes_per_second == 40e9);
}

TEST_CASE("deployment: between hosts that are cabled to each other both cards count") {
  Cluster c = cluster(1, 1);
  c.main->platform = platform("large", 3, 5);
  c.sparse->platform = platform("small", 2, 7);
  const Deployment d = deploy(c, services(1), *topology(R"({"type": "graph", "hosts": ["a", "b"],
    "links": [{"a": "a", "b": "b", "bandwidth": "10 GB/s", "latency": "1 us"}]})"));
  for (const NetworkLink& l : {link(d, "a", "b"), link(d, "b", "a")}) {
    CHECK(l.bandwidth.bytes_per_second == 2e9);
    CHECK(l.latency == from_seconds(13e-6));
  }
}

TEST_CASE("deployment: pools say of each service on which platform it runs, and how often") {
  const Cluster c =
      pools({pool("ssd", {"sparse[12]"}, 2), pool("large", {"main", "sparse0"}), pool("old", {"sparse3"})});
  const auto star = topology(R"({"type": "star", "up_latency": "1 us", "down_latency": "2 us"})");
  const Deployment made = deploy(c, services(4), *star);
  // Hosts are made service by service, in whichever order the pools come.
  CHECK(hosts_of(made) == Names{"main0", "sparse0", "sparse1.0", "sparse1.1", "sparse2.0", "sparse2.1", "sparse3"});
  Names platforms;
  for (const ServiceSite& service : made.services) platforms.push_back(service.platform->name);
  CHECK(platforms == Names{"large", "large", "ssd", "ssd", "old"});
  // Hosts that are there are chosen pool by pool, and shard by shard in each.
  CHECK(hosts_of(deploy(c, services(4), *fabric())) ==
        Names{"leaf1/host0", "leaf1/host1", "leaf0/host0", "leaf0/host1", "leaf0/host2", "leaf0/host3", "leaf1/host2"});
}

TEST_CASE("deployment: pools that say the same as main and sparse take the same hosts") {
  const auto labelled = fabric(R"(, "host_platforms": {"leaf0/*": "large", "leaf1/*": "small"})");
  const Cluster c = pools({pool("large", {"main"}, 2), pool("small", {"sparse*"})});
  CHECK(hosts_of(deploy(c, services(3), *labelled)) == hosts_of(deploy(cluster(2, 1), services(3), *labelled)));
}

TEST_CASE("deployment: a pool names its hosts, or chooses them, and errors point to it") {
  Cluster c = pools({pool("large", {"main"}), pool("small", {"sparse*"}, 2)});
  c.pools[1].hosts = {"leaf0/host3", "leaf1/host3", "leaf0/host2"};
  CHECK_THROWS_WITH(deploy(c, services(2), *fabric()),
                    Contains("/cluster/pools/1/hosts") && Contains("names 3 hosts and 4 are needed"));
  c.pools[1].hosts.push_back("leaf1/host2");
  CHECK(hosts_of(deploy(c, services(2), *fabric())) ==
        Names{"leaf0/host0", "leaf0/host3", "leaf1/host3", "leaf0/host2", "leaf1/host2"});
  c.pools[1].hosts.clear();
  c.pools[1].placement = HostChoice{"leaf2/*", HostOrder::packed};
  CHECK_THROWS_WITH(deploy(c, services(3), *fabric()),
                    Contains("/cluster/pools/1/placement") && Contains("4 of 11 free hosts match 'leaf2/*'"));
}

TEST_CASE("deployment: every service is in one pool, and every pattern names a service") {
  const Cluster nowhere = pools({pool("large", {"main"}), pool("small", {"sparse0"})});
  CHECK_THROWS_WITH(pool_by_service(nowhere, services(2)), Contains("/cluster/pools: ") &&
                                                               Contains("service 'sparse1' is in no pool") &&
                                                               Contains("did you mean 'sparse0'"));
  const Cluster twice = pools({pool("large", {"main", "sparse1"}), pool("small", {"sparse*"})});
  CHECK_THROWS_WITH(pool_by_service(twice, services(2)), Contains("/cluster/pools/1/services/0") &&
                                                             Contains("'sparse*' names the service 'sparse1'") &&
                                                             Contains("pool 'large'"));
  const Cluster nothing = pools({pool("large", {"main", "sparse*"}), pool("small", {"spare[01]"})});
  CHECK_THROWS_WITH(pool_by_service(nothing, services(2)), Contains("/cluster/pools/1/services/0") &&
                                                               Contains("no service matches 'spare[01]'") &&
                                                               Contains("allowed: main"));
  // Twice in one pool is said twice, and no more.
  const Cluster again = pools({pool("large", {"main"}), pool("small", {"sparse0", "sparse?"})});
  CHECK(pool_by_service(again, services(2)) == std::vector<std::size_t>{0, 1, 1});
}
