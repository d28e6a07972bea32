// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/network_list.hpp>
#include <anode/web/fetch.hpp>

namespace anode::web {

namespace {

// The registries of special-purpose addresses of IANA (RFC 6890), and multicast. An IPv4 address
// and the same one mapped into IPv6 are equal.
network_list const& special_networks() {
  static network_list const networks{
      "0.0.0.0/8",         // this network
      "10.0.0.0/8",        // private
      "100.64.0.0/10",     // shared (CGNAT)
      "127.0.0.0/8",       // loopback
      "169.254.0.0/16",    // link-local, metadata services
      "172.16.0.0/12",     // private
      "192.0.0.0/24",      // protocol assignments
      "192.0.2.0/24",      // documentation
      "192.88.99.0/24",    // 6to4 relays
      "192.168.0.0/16",    // private
      "198.18.0.0/15",     // benchmarks
      "198.51.100.0/24",   // documentation
      "203.0.113.0/24",    // documentation
      "224.0.0.0/4",       // multicast
      "240.0.0.0/4",       // reserved, broadcast
      "168.63.129.16/32",  // the metadata service of Azure
  };
  return networks;
}

network_list const& all_v4() {
  static network_list const networks{"0.0.0.0/0"};
  return networks;
}

// Only these addresses of IPv6 are global unicast, with exceptions.
network_list const& global_v6() {
  static network_list const networks{"2000::/3"};
  return networks;
}

network_list const& special_v6() {
  static network_list const networks{
      "2001::/23",      // protocol assignments, Teredo
      "2001:db8::/32",  // documentation
      "2002::/16",      // 6to4, which contains an IPv4 address
      "3fff::/20",      // documentation
  };
  return networks;
}

bool is_public(endpoint const& at) noexcept {
  if (at.family == "IPv4") {
    // Text that is no address is in no list.
    return all_v4().contains(at.address) && !special_networks().contains(at.address);
  }
  return at.family == "IPv6" && global_v6().contains(at.address) &&
         !special_v6().contains(at.address);
}

}  // namespace

address_filter public_addresses() {
  return [](endpoint const& at) { return is_public(at); };
}

}  // namespace anode::web
