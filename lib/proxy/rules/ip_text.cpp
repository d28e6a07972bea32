// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/ip_text.hpp"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <sys/socket.h>
#endif

#include <algorithm>
#include <initializer_list>

namespace anode::proxy::rules {
namespace {

constexpr std::size_t v4_size = 4;
constexpr std::size_t v6_size = 16;

// The longest text of an address: IPv6 with an IPv4 address at its end.
constexpr std::size_t longest_address = 45;

bool begins_with(ip_bytes const& a, std::initializer_list<std::uint8_t> prefix) noexcept {
  return std::equal(prefix.begin(), prefix.end(), a.bytes.begin());
}

// The forms of IPv6 addresses with an IPv4 address at their end.
bool ends_with_v4(ip_bytes const& a) noexcept {
  bool const isatap =
      (a.bytes[8] & 0xfdU) == 0 && a.bytes[9] == 0 && a.bytes[10] == 0x5e && a.bytes[11] == 0xfe;
  return isatap || begins_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||  // mapped
         begins_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}) ||            // translated
         begins_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) ||                  // compatible
         begins_with(a, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});           // NAT64
}

void add_v4(std::string_view bytes, std::vector<std::string>& to) {
  to.push_back(ip_text(bytes));
  if (to.back() == "0.0.0.0") {
    to.emplace_back("127.0.0.1");
  }
}

}  // namespace

ip_bytes parse_ip_text(std::string_view text) noexcept {
  ip_bytes a;
  if (text.size() > longest_address || text.find('\0') != text.npos) {
    return a;
  }
  std::array<char, longest_address + 1> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  bool const v6 = text.find(':') != text.npos;
  if (::inet_pton(v6 ? AF_INET6 : AF_INET, terminated.data(), a.bytes.data()) == 1) {
    a.size = v6 ? v6_size : v4_size;
  } else {
    a.bytes = {};
  }
  return a;
}

std::string ip_text(std::string_view bytes) {
  std::array<char, longest_address + 1> text{};
  bool const v6 = bytes.size() == v6_size;
  if ((!v6 && bytes.size() != v4_size) ||
      ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

std::vector<std::string> reached_addresses(std::string_view text) {
  std::vector<std::string> all;
  ip_bytes const a = parse_ip_text(text);
  if (a.size == v4_size) {
    add_v4(a.view(), all);
  } else if (a.size == v6_size) {
    std::string_view const bytes = a.view();
    all.push_back(ip_text(bytes));
    if (all.back() == "::") {
      all.emplace_back("::1");
    }
    if (ends_with_v4(a)) {
      add_v4(bytes.substr(v6_size - v4_size), all);
    }
    if (begins_with(a, {0x20, 0x02})) {  // 6to4
      add_v4(bytes.substr(2, v4_size), all);
    }
    if (begins_with(a, {0x20, 0x01, 0, 0})) {  // Teredo: the server, and the inverted client
      add_v4(bytes.substr(4, v4_size), all);
      std::string client(bytes.substr(v6_size - v4_size));
      std::transform(client.begin(), client.end(), client.begin(),
                     [](char c) { return static_cast<char>(~c); });
      add_v4(client, all);
    }
  }
  return all;
}

}  // namespace anode::proxy::rules
