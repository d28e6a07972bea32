// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/ip_address.hpp"
#include "preface/crc32c.hpp"
#include "preface/proxy_header_format.hpp"

#include <anode/error.hpp>
#include <anode/proxy_protocol.hpp>

#include <cstdint>
#include <string>

namespace anode {

using namespace preface;

namespace {

using field = preface::proxy_field_type;

[[noreturn]] void refuse(std::string const& what) {
  throw http::exception(http::error::invalid_arg_value, "The PROXY header cannot have " + what);
}

// The two addresses in one family.
struct addresses {
  base::ip_address source;
  base::ip_address destination;
};

base::ip_address parse(endpoint const& e) {
  base::ip_address const a =
      base::unmapped(base::parse_ip(e.address.substr(0, e.address.find('%'))));
  if (!a) {
    refuse("the address '" + e.address.substr(0, 256) + "'");
  }
  return a;
}

base::ip_address mapped(base::ip_address const& a) {
  return a.is_v4() ? base::make_ip(std::string(10, '\0') + "\xff\xff" + std::string(a.view())) : a;
}

addresses parse_both(proxy_header const& h) {
  addresses both{parse(h.source), parse(h.destination)};
  if (both.source.size != both.destination.size) {
    both = {mapped(both.source), mapped(both.destination)};
  }
  return both;
}

bool is_unix(proxy_header const& h) {
  return h.source.family == "Unix" || h.destination.family == "Unix";
}

std::string write_line(proxy_header const& h) {
  if (h.local || is_unix(h)) {
    return "PROXY UNKNOWN\r\n";
  }
  addresses const both = parse_both(h);
  return std::string(proxy_line_begin) + (both.source.is_v4() ? "TCP4 " : "TCP6 ") +
         base::to_text(both.source) + " " + base::to_text(both.destination) + " " +
         std::to_string(h.source.port) + " " + std::to_string(h.destination.port) + "\r\n";
}

void append_field(std::string& to, std::uint8_t type, std::string_view value) {
  if (value.size() > 0xffff) {
    refuse("a field of " + std::to_string(value.size()) + " bytes");
  }
  to += static_cast<char>(type);
  append_u16(to, value.size());
  to += value;
}

void append_text(std::string& to, field type, std::string_view value) {
  if (!value.empty()) {
    append_field(to, static_cast<std::uint8_t>(type), value);
  }
}

void append_tls(std::string& to, proxy_tls const& tls) {
  std::string value;
  value += static_cast<char>((tls.secure ? tls_secure : 0U) |
                             (tls.has_certificate ? tls_certificate_of_connection : 0U));
  append_u32(value, tls.verified ? 0 : 1);
  append_text(value, field::tls_version, tls.version);
  append_text(value, field::tls_common_name, tls.common_name);
  append_text(value, field::tls_cipher, tls.cipher);
  append_text(value, field::tls_signature_algorithm, tls.signature_algorithm);
  append_text(value, field::tls_key_algorithm, tls.key_algorithm);
  append_field(to, static_cast<std::uint8_t>(field::tls), value);
}

void append_path(std::string& to, endpoint const& e) {
  if (e.address.size() > unix_path_size) {
    refuse("a path of " + std::to_string(e.address.size()) + " bytes");
  }
  std::string path = e.family == "Unix" ? e.address : std::string();
  path.resize(unix_path_size);
  to += path;
}

// Appends the addresses and returns their family.
proxy_family append_addresses(std::string& to, proxy_header const& h) {
  if (is_unix(h)) {
    append_path(to, h.source);
    append_path(to, h.destination);
    return proxy_family::unix_stream;
  }
  addresses const both = parse_both(h);
  to += both.source.view();
  to += both.destination.view();
  append_u16(to, h.source.port);
  append_u16(to, h.destination.port);
  return both.source.is_v4() ? proxy_family::tcp4 : proxy_family::tcp6;
}

void append_fields(std::string& to, proxy_header const& h) {
  if (!h.authority.empty() && !is_host_name(h.authority)) {
    refuse("the authority '" + h.authority.substr(0, name_limit) + "'");
  }
  if (h.alpn.size() > name_limit || h.unique_id.size() > unique_id_limit) {
    refuse("an ALPN name over 255 bytes, or an id over 128 bytes");
  }
  append_text(to, field::alpn, h.alpn);
  append_text(to, field::authority, h.authority);
  append_text(to, field::unique_id, h.unique_id);
  if (h.tls) {
    append_tls(to, *h.tls);
  }
  append_text(to, field::network_namespace, h.network_namespace);
  for (proxy_field const& f : h.fields) {
    append_field(to, f.type, f.value);
  }
}

std::string write_binary(proxy_header const& h, bool checksum) {
  std::string rest;
  proxy_family family = proxy_family::unspecified;
  if (!h.local) {
    family = append_addresses(rest, h);
    append_fields(rest, h);
  }
  if (checksum) {
    append_field(rest, static_cast<std::uint8_t>(field::crc32c), std::string(checksum_size, '\0'));
  }
  if (rest.size() > 0xffff) {
    refuse(std::to_string(rest.size()) + " bytes");
  }
  std::string out(proxy_signature);
  out += static_cast<char>(h.local ? proxy_command::local : proxy_command::proxy);
  out += static_cast<char>(family);
  append_u16(out, rest.size());
  out += rest;
  if (checksum) {
    std::string value;
    append_u32(value, crc32c(out));
    out.replace(out.size() - checksum_size, checksum_size, value);
  }
  return out;
}

}  // namespace

std::string write_proxy_header(proxy_header const& header, bool checksum) {
  if (header.version == 1) {
    return write_line(header);
  }
  if (header.version != 2) {
    refuse("the version " + std::to_string(header.version));
  }
  return write_binary(header, checksum);
}

}  // namespace anode
