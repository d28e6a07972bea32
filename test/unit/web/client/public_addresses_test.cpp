// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "support/catch.hpp"

#include <anode/web/fetch.hpp>

#include <string>
#include <string_view>

namespace unit_web_client_public_addresses {

namespace {

bool allows(std::string_view address) {
  bool const v6 = address.find(':') != std::string_view::npos;
  anode::endpoint const at{std::string(address), 80, v6 ? "IPv6" : "IPv4"};
  return anode::web::public_addresses()(at);
}

}  // namespace

TEST_CASE("web addresses: those of the public internet are allowed", "[web]") {
  for (std::string_view const address :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "169.253.255.255",
        "223.255.255.255", "168.63.129.15", "2606:4700::1111", "2a00:1450::1", "2001:4860::8888",
        "2001:200::1"}) {
    INFO(address);
    CHECK(allows(address));
  }
}

TEST_CASE("web addresses: those of special purposes are refused", "[web]") {
  for (std::string_view const address : {"0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "10.255.255.255",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.88.99.1",
                                         "192.168.1.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.1",
                                         "203.0.113.1",
                                         "224.0.0.1",
                                         "239.255.255.255",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "168.63.129.16",
                                         "",
                                         "::",
                                         "::1",
                                         "::7f00:1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:8.8.8.8",
                                         "::ffff:0:8.8.8.8",
                                         "64:ff9b::7f00:1",
                                         "64:ff9b:1::1",
                                         "100::1",
                                         "2001::1",
                                         "2001:1ff::1",
                                         "2001:db8::1",
                                         "2002:7f00:1::",
                                         "3fff::1",
                                         "4000::1",
                                         "fc00::1",
                                         "fd00:ec2::254",
                                         "fe80::1",
                                         "fe80::1%eth0",
                                         "fec0::1",
                                         "ff02::1",
                                         "5f00::1",
                                         "not an address",
                                         "not:an:address"}) {
    INFO(address);
    CHECK_FALSE(allows(address));
  }
  anode::endpoint const unix_socket{"/run/docker.sock", 0, "Unix"};
  CHECK_FALSE(anode::web::public_addresses()(unix_socket));
}

}  // namespace unit_web_client_public_addresses
