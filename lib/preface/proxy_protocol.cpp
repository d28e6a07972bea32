// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The parser of the PROXY protocol.

#include "base/ip_address.hpp"
#include "preface/crc32c.hpp"
#include "preface/proxy_header_format.hpp"

#include <anode/proxy_protocol.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace anode {

using namespace preface;

namespace {

using field = preface::proxy_field_type;

// Removes the part up to the next space from `line`.
std::string_view next_part(std::string_view& line) noexcept {
  std::string_view const part = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(part.size() + 1, line.size()));
  return part;
}

bool parse_port(std::string_view text, std::uint16_t& port) noexcept {
  if (text.empty() || (text.size() > 1 && text.front() == '0') || text.front() == '-') {
    return false;
  }
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, port);
  return ec == std::errc{} && rest == end;
}

endpoint ip_endpoint(std::string_view address, std::string_view port) {
  endpoint e;
  e.address = base::to_text(base::make_ip(address));
  e.port = read_u16(port);
  e.family = address.size() == 4 ? "IPv4" : "IPv6";
  return e;
}

endpoint unix_endpoint(std::string_view path) {
  endpoint e;
  e.address = path.substr(0, path.find('\0'));
  e.family = "Unix";
  return e;
}

// Splits a field from the front of `rest`. Returns false if it does not fit.
bool next_field(std::string_view& rest, std::uint8_t& type, std::string_view& value) noexcept {
  if (rest.size() < field_head_size) {
    return false;
  }
  std::size_t const size = read_u16(rest.substr(1));
  if (rest.size() - field_head_size < size) {
    return false;
  }
  type = static_cast<std::uint8_t>(rest[0]);
  value = rest.substr(field_head_size, size);
  rest.remove_prefix(field_head_size + size);
  return true;
}

// The fields of one header.
class field_reader {
public:
  explicit field_reader(proxy_header& to) : to_(to) {}

  // Reads all fields. Returns the reason if they are bad.
  std::string_view read(std::string_view all, std::string_view whole) {
    while (!all.empty()) {
      std::uint8_t type = 0;
      std::string_view value;
      if (!next_field(all, type, value)) {
        return "a field does not fit";
      }
      if (std::string_view const why = accept(type, value, whole); !why.empty()) {
        return why;
      }
    }
    return {};
  }

private:
  std::string_view accept(std::uint8_t type, std::string_view value, std::string_view whole) {
    if (++count_ > proxy_header_parser::max_fields) {
      return "too many fields";
    }
    switch (static_cast<field>(type)) {
      case field::no_operation:
        return {};
      case field::alpn:
        return set(to_.alpn, has_alpn_, value, name_limit);
      case field::authority:
        if (!is_host_name(value)) {
          return "the authority is not a host name";
        }
        return set(to_.authority, has_authority_, value, name_limit);
      case field::unique_id:
        return set(to_.unique_id, has_id_, value, unique_id_limit);
      case field::network_namespace:
        return set(to_.network_namespace, has_namespace_, value, value.size());
      case field::crc32c:
        return check(value, whole);
      case field::tls:
        return read_tls(value);
      default:
        to_.fields.push_back({type, std::string(value)});
        return {};
    }
  }

  static std::string_view set(std::string& to, bool& present, std::string_view value,
                              std::size_t most) {
    if (std::exchange(present, true)) {
      return "a field occurs twice";
    }
    if (value.size() > most) {
      return "a field is too long";
    }
    to = value;
    return {};
  }

  std::string_view check(std::string_view value, std::string_view whole) {
    if (std::exchange(has_checksum_, true)) {
      return "a field occurs twice";
    }
    if (value.size() != checksum_size) {
      return "the checksum has the wrong size";
    }
    std::string zeroed(whole);
    auto const at = static_cast<std::size_t>(value.data() - whole.data());
    zeroed.replace(at, checksum_size, checksum_size, '\0');
    return crc32c(zeroed) == read_u32(value) ? std::string_view() : "the checksum is wrong";
  }

  std::string_view read_tls(std::string_view value) {
    if (to_.tls) {
      return "a field occurs twice";
    }
    if (value.size() < tls_head_size) {
      return "the TLS field is too short";
    }
    proxy_tls& tls = to_.tls.emplace();
    unsigned const flags = static_cast<unsigned char>(value[0]);
    tls.secure = (flags & tls_secure) != 0;
    tls.has_certificate =
        (flags & (tls_certificate_of_connection | tls_certificate_of_session)) != 0;
    tls.verified = tls.has_certificate && read_u32(value.substr(1)) == 0;
    value.remove_prefix(tls_head_size);
    std::array<bool, 5> present{};
    while (!value.empty()) {
      std::uint8_t type = 0;
      std::string_view inner;
      if (!next_field(value, type, inner)) {
        return "a field inside the TLS field does not fit";
      }
      if (++count_ > proxy_header_parser::max_fields) {
        return "too many fields";
      }
      std::string* const to = member(tls, static_cast<field>(type));
      if (to == nullptr) {
        continue;
      }
      std::size_t const index = type - static_cast<std::size_t>(field::tls_version);
      if (std::string_view const why = set(*to, present[index], inner, inner.size());
          !why.empty()) {
        return why;
      }
    }
    return {};
  }

  static std::string* member(proxy_tls& tls, field type) noexcept {
    switch (type) {
      case field::tls_version:
        return &tls.version;
      case field::tls_common_name:
        return &tls.common_name;
      case field::tls_cipher:
        return &tls.cipher;
      case field::tls_signature_algorithm:
        return &tls.signature_algorithm;
      case field::tls_key_algorithm:
        return &tls.key_algorithm;
      default:
        return nullptr;
    }
  }

  proxy_header& to_;
  std::size_t count_ = 0;
  bool has_alpn_ = false;
  bool has_authority_ = false;
  bool has_id_ = false;
  bool has_namespace_ = false;
  bool has_checksum_ = false;
};

}  // namespace

proxy_header_parser::proxy_header_parser(std::size_t limit)
    : limit_(std::max(limit, proxy_binary_begin + 2 * unix_path_size)) {}

proxy_header_parser::status proxy_header_parser::fail(std::string_view why) noexcept {
  why_ = why;
  header_ = {};
  return status_ = status::bad;
}

// Consumes only bytes that belong to the header: those that are missing whatever follows.
proxy_header_parser::status proxy_header_parser::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (status_ == status::need_more && used < bytes.size()) {
    std::string_view const next = bytes.substr(used, at_least());
    bytes_ += next;
    used += next.size();
    status_ = bytes_.front() == proxy_line_begin.front() ? parse_line() : parse_binary();
  }
  return status_;
}

std::size_t proxy_header_parser::at_least() const noexcept {
  if (status_ != status::need_more) {
    return 0;
  }
  if (bytes_.empty()) {
    return 1;  // then the version is known
  }
  if (bytes_.front() == proxy_line_begin.front()) {
    constexpr std::size_t shortest = std::string_view("PROXY UNKNOWN\r\n").size();
    if (bytes_.size() < shortest) {
      return shortest - bytes_.size();
    }
    return bytes_.ends_with('\r') ? 1 : 2;
  }
  if (bytes_.size() < proxy_binary_begin) {
    return proxy_binary_begin - bytes_.size();
  }
  return proxy_binary_begin + read_u16(std::string_view(bytes_).substr(14)) - bytes_.size();
}

// Version 1: "PROXY TCP4 source destination port port\r\n".
proxy_header_parser::status proxy_header_parser::parse_line() {
  std::string_view line = bytes_;
  std::size_t const known = std::min(line.size(), proxy_line_begin.size());
  if (line.substr(0, known) != proxy_line_begin.substr(0, known)) {
    return fail("the signature is wrong");
  }
  std::size_t const end = line.find_first_of("\r\n");
  if (end == line.npos || line.substr(end) == "\r") {
    // The line end must still fit.
    std::size_t const missing = end == line.npos ? 2 : 1;
    return line.size() + missing > proxy_line_limit ? fail("the line is too long")
                                                    : status::need_more;
  }
  if (line.substr(end) != "\r\n") {
    return fail("the line end is not CRLF");
  }
  line = line.substr(proxy_line_begin.size(), end - proxy_line_begin.size());
  header_.version = 1;
  std::string_view const protocol = next_part(line);
  if (protocol == "UNKNOWN") {
    return status::done;  // the rest of the line says nothing
  }
  bool const v4 = protocol == "TCP4";
  if (!v4 && protocol != "TCP6") {
    return fail("the protocol is none of TCP4, TCP6 and UNKNOWN");
  }
  std::size_t const spaces = static_cast<std::size_t>(std::count(line.begin(), line.end(), ' '));
  base::ip_address const source = base::parse_ip(next_part(line));
  base::ip_address const destination = base::parse_ip(next_part(line));
  std::size_t const size = v4 ? 4 : 16;
  if (spaces != 3 || source.size != size || destination.size != size) {
    return fail("an address is invalid");
  }
  if (!parse_port(next_part(line), header_.source.port) ||
      !parse_port(line, header_.destination.port)) {
    return fail("a port is invalid");
  }
  header_.local = false;
  header_.source.address = base::to_text(source);
  header_.destination.address = base::to_text(destination);
  header_.source.family = header_.destination.family = v4 ? "IPv4" : "IPv6";
  return status::done;
}

proxy_header_parser::status proxy_header_parser::parse_binary() {
  std::string_view const whole = bytes_;
  std::size_t const known = std::min(whole.size(), proxy_signature.size());
  if (whole.substr(0, known) != proxy_signature.substr(0, known)) {
    return fail("the signature is wrong");
  }
  if (whole.size() > proxy_signature.size()) {
    unsigned const command = static_cast<unsigned char>(whole[proxy_signature.size()]);
    if (command != static_cast<unsigned>(proxy_command::local) &&
        command != static_cast<unsigned>(proxy_command::proxy)) {
      return fail("the version or the command is unknown");
    }
  }
  if (whole.size() < proxy_binary_begin) {
    return status::need_more;
  }
  std::size_t const size = read_u16(whole.substr(14));
  if (size > limit_ - proxy_binary_begin) {
    return fail("the header is too long");
  }
  if (whole.size() < proxy_binary_begin + size) {
    return status::need_more;
  }
  if (whole[12] == static_cast<char>(proxy_command::local)) {
    return status::done;
  }
  std::string_view rest = whole.substr(proxy_binary_begin);
  std::size_t addresses = 0;
  switch (static_cast<proxy_family>(whole[13])) {
    case proxy_family::tcp4:
      addresses = 12;
      break;
    case proxy_family::tcp6:
      addresses = 36;
      break;
    case proxy_family::unix_stream:
      addresses = 2 * unix_path_size;
      break;
    default:
      return status::done;  // a family without addresses that this class can represent
  }
  if (rest.size() < addresses) {
    return fail("the addresses do not fit");
  }
  header_.local = false;
  if (addresses == 2 * unix_path_size) {
    header_.source = unix_endpoint(rest.substr(0, unix_path_size));
    header_.destination = unix_endpoint(rest.substr(unix_path_size, unix_path_size));
  } else {
    std::size_t const one = addresses / 2 - 2;
    header_.source = ip_endpoint(rest.substr(0, one), rest.substr(2 * one));
    header_.destination = ip_endpoint(rest.substr(one, one), rest.substr(2 * one + 2));
  }
  rest.remove_prefix(addresses);
  if (std::string_view const why = field_reader(header_).read(rest, whole); !why.empty()) {
    return fail(why);
  }
  return status::done;
}

}  // namespace anode
