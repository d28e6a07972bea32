// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"
#include "support/thrown.hpp"

#include <anode/network_list.hpp>

#include <string>

namespace unit_policy_network_list {

using anode::endpoint;
using anode::network_list;

TEST_CASE("network list: contains the addresses of its entries") {
  network_list const list{"10.0.0.0/8", "192.168.1.7", "2001:db8::/33", "::1",
                          "::ffff:172.16.0.0/108"};
  CHECK(list.size() == 5);
  for (std::string_view const in :
       {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "192.168.1.7", "2001:db8:7fff::1", "::1",
        "::1%lo", "172.16.0.1", "172.31.255.255"}) {
    CAPTURE(in);
    CHECK(list.contains(in));
  }
  for (std::string_view const out :
       {"11.0.0.0", "9.255.255.255", "192.168.1.6", "2001:db8:8000::", "::2", "::10.1.2.3",
        "172.32.0.0", "10.1", "010.0.0.1", "[::1]", "", "localhost", "unix"}) {
    CAPTURE(out);
    CHECK_FALSE(list.contains(out));
  }
}

TEST_CASE("network list: a whole family, and no other") {
  network_list const v4{"0.0.0.0/0"};
  CHECK(v4.contains("1.2.3.4"));
  CHECK(v4.contains("::ffff:1.2.3.4"));
  CHECK_FALSE(v4.contains("::1"));
  network_list const v6{"::/0"};
  CHECK(v6.contains("::1"));
  CHECK_FALSE(v6.contains("1.2.3.4"));
}

TEST_CASE("network list: the peers of a Unix socket are an entry of their own") {
  network_list list;
  CHECK(list.empty());
  endpoint const at{"/run/x", 0, "Unix"};
  endpoint const unnamed{"", 0, "Unix"};
  endpoint const unknown;
  CHECK_FALSE(list.contains(at));
  list.add("unix");
  CHECK_FALSE(list.empty());
  CHECK(list.size() == 1);
  CHECK(list.contains(at));
  CHECK(list.contains(unnamed));
  CHECK_FALSE(list.contains(unknown));
  CHECK_FALSE(list.contains(endpoint{"10.0.0.1", 80, "IPv4"}));
  list.add("10.0.0.1");
  CHECK(list.contains(endpoint{"10.0.0.1", 80, "IPv4"}));
}

TEST_CASE("network list: refuses what is no address and no block") {
  network_list list;
  for (std::string_view const bad :
       {"", "10", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8 ", "::/129",
        "::ffff:1.2.3.4/95", "[::1]", "::1%lo", "example.org", "*", "10.0.0.1-10.0.0.9", "Unix",
        "0x0a.0.0.1", "10.0.0.0/+8"}) {
    CAPTURE(bad);
    CHECK_FALSE(list.try_add(bad));
    CHECK(support::thrown([&] {
            list.add(bad);
          }).starts_with("ERR_INVALID_ARG_VALUE: '" + std::string(bad) + "' is neither"));
  }
  CHECK(list.empty());
}

}  // namespace unit_policy_network_list
