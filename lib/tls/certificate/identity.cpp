// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/identity.hpp"

#include "tls/certificate/alt_names.hpp"
#include "tls/certificate/certificate_impl.hpp"
#include "tls/context/errors.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <utility>

namespace anode::tls {
namespace {

namespace ip = boost::asio::ip;

// The most bytes of names, or of a host, in a message.
constexpr std::size_t most_in_message = 1024;

std::string_view without_brackets(std::string_view host) noexcept {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return host.substr(1, host.size() - 2);
  }
  return host;
}

bool parse_ip(std::string_view host, ip::address& out) noexcept {
  std::string_view const text = without_brackets(host);
  constexpr std::size_t longest = 64;  // with a scope
  if (text.size() > longest) {
    return false;
  }
  boost::system::error_code ec;
  char terminated[longest + 1] = {};
  std::copy(text.begin(), text.end(), terminated);
  if (std::string_view(terminated) != text) {
    return false;  // contains a NUL
  }
  out = ip::make_address(terminated, ec);
  // Brackets belong to IPv6 addresses.
  return !ec && (text.size() == host.size() || out.is_v6());
}

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) noexcept {
  char const lower = to_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

// Returns whether resolvers read a host that ends with this label as an IPv4 address.
bool is_number(std::string_view label) noexcept {
  if (label.size() >= 2 && label[0] == '0' && to_lower(label[1]) == 'x') {
    return std::all_of(label.begin() + 2, label.end(), is_hex_digit);
  }
  return std::all_of(label.begin(), label.end(), is_digit);
}

bool is_name_byte(char c) noexcept {
  char const lower = to_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' || c == '.';
}

// Returns whether the labels are 1 to 63 bytes, and sets the last one.
bool has_valid_labels(std::string_view name, std::string_view& last) noexcept {
  for (std::size_t begin = 0;;) {
    std::size_t const end = std::min(name.find('.', begin), name.size());
    last = name.substr(begin, end - begin);
    if (last.empty() || last.size() > 63) {
      return false;
    }
    if (end == name.size()) {
      return true;
    }
    begin = end + 1;
  }
}

bool matches_ip(X509* c, ip::address const& a) noexcept {
  if (a.is_v4()) {
    auto const bytes = a.to_v4().to_bytes();
    return X509_check_ip(c, bytes.data(), bytes.size(), 0) == 1;
  }
  auto const bytes = a.to_v6().to_bytes();
  return X509_check_ip(c, bytes.data(), bytes.size(), 0) == 1;
}

bool matches_name(X509* c, std::string_view name) noexcept {
  constexpr unsigned int flags =
      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return X509_check_host(c, name.data(), name.size(), flags, nullptr) == 1;
}

// A host can be any text, and messages go into logs: writes bytes that are not visible as "?".
std::string in_message(std::string_view host) {
  std::string out(host.substr(0, most_in_message));
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
      },
      '?');
  return out;
}

[[noreturn]] void refuse(std::string_view reason) {
  std::string text = "Hostname/IP does not match certificate's altnames: ";
  text += reason;
  throw http::exception(error::cert_altname_invalid, std::move(text));
}

}  // namespace

bool is_ip_address(std::string_view host) noexcept {
  ip::address a;
  return parse_ip(host, a);
}

bool is_checkable_host(std::string_view host) noexcept {
  if (is_ip_address(host)) {
    return true;
  }
  std::string_view const name = without_dot(host);
  std::string_view last;
  return name.size() <= 253 && std::all_of(name.begin(), name.end(), is_name_byte) &&
         has_valid_labels(name, last) && !is_number(last);
}

void check_server_identity(std::string_view host, certificate const& peer) {
  clean_error_queue const clean;
  X509* const c = native_certificate(peer);
  std::string_view const name = without_dot(host);
  ip::address address;
  bool const is_ip = parse_ip(name, address);
  if (is_ip) {
    if (c != nullptr && matches_ip(c, address)) {
      return;
    }
  } else if (is_checkable_host(host)) {
    if (c != nullptr && matches_name(c, name)) {
      return;
    }
  } else if (std::string_view const last = name.substr(name.rfind('.') + 1);
             !last.empty() && is_number(last)) {
    refuse("Host is a non-canonical IP address");
  }
  alt_names names;
  if (c != nullptr) {
    names = read_alt_names(c, most_in_message);
  }
  if (is_ip) {
    refuse("IP: " + in_message(name) + " is not in the cert's list: " + names.addresses);
  }
  if (!names.has_dns) {
    refuse("Cert does not contain a DNS name");
  }
  refuse("Host: " + in_message(name) + ". is not in the cert's altnames: " + names.text);
}

}  // namespace anode::tls
