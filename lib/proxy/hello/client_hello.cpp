// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/ip_text.hpp"

#include <anode/proxy/client_hello.hpp>

#include <algorithm>

namespace anode::proxy {
namespace {

constexpr char handshake_record = 22;
constexpr char alert_record = 21;
constexpr char major_version = 3;
constexpr char client_hello_message = 1;
constexpr std::size_t record_header = 5;
constexpr std::size_t message_header = 4;
constexpr std::size_t longest_record = 16384;

constexpr std::size_t server_name_extension = 0;
constexpr std::size_t alpn_extension = 16;
constexpr std::size_t versions_extension = 43;
constexpr std::size_t encrypted_hello_extension = 0xfe0d;

// Reads the fields of a part of the message. After the first field that does not fit, all fields
// are empty and `good` is false.
class fields {
public:
  explicit fields(std::string_view bytes) noexcept : rest_(bytes) {}

  bool good() const noexcept { return good_; }
  bool at_end() const noexcept { return rest_.empty(); }

  /// Returns the next bytes.
  std::string_view bytes(std::size_t size) noexcept {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    std::string_view const out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }

  /// Returns the next number.
  std::size_t number(std::size_t size) noexcept {
    std::size_t value = 0;
    for (char const c : bytes(size)) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }

  /// Returns the next bytes with a length before them, which has `size` bytes.
  std::string_view counted(std::size_t size) noexcept { return bytes(number(size)); }

private:
  std::string_view rest_;
  bool good_ = true;
};

// The functions return the reason of a fault; empty if there is none.

std::string_view read_server_name(std::string_view extension, client_hello& to) {
  constexpr std::string_view permitted =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  constexpr std::size_t longest_name = 253;
  fields all(extension);
  fields list(all.counted(2));
  std::size_t const type = list.number(1);
  std::string_view name = list.counted(2);
  if (!all.good() || !list.good() || !all.at_end() || !list.at_end() || type != 0) {
    return "the server name is malformed";
  }
  if (parse_ip_text(name)) {
    return {};  // not permitted, but some clients send it
  }
  if (name.ends_with('.')) {
    name.remove_suffix(1);
  }
  if (name.empty() || name.size() > longest_name ||
      name.find_first_not_of(permitted) != name.npos || name.starts_with('.') ||
      name.ends_with('.') || name.find("..") != name.npos) {
    return "the server name is not a host name";
  }
  to.server_name = name;
  for (char& c : to.server_name) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return {};
}

std::string_view read_protocols(std::string_view extension, client_hello& to) {
  constexpr std::string_view why = "the list of protocols is malformed";
  fields all(extension);
  fields list(all.counted(2));
  if (!all.good() || !all.at_end() || list.at_end()) {
    return why;
  }
  while (!list.at_end()) {
    std::string_view const protocol = list.counted(1);
    if (protocol.empty()) {
      return why;
    }
    to.protocols.emplace_back(protocol);
  }
  return {};
}

std::string_view read_versions(std::string_view extension, client_hello& to) {
  constexpr std::string_view why = "the list of versions is malformed";
  fields all(extension);
  std::string_view const list = all.counted(1);
  if (!all.good() || !all.at_end() || list.empty() || list.size() % 2 != 0) {
    return why;
  }
  to.versions.clear();
  fields versions(list);
  while (!versions.at_end()) {
    to.versions.push_back(static_cast<std::uint16_t>(versions.number(2)));
  }
  return {};
}

std::string_view read_extensions(std::string_view bytes, client_hello& to) {
  fields all(bytes);
  std::vector<std::size_t> types;
  while (!all.at_end()) {
    std::size_t const type = all.number(2);
    std::string_view const extension = all.counted(2);
    if (!all.good()) {
      return "an extension does not fit";
    }
    std::string_view why;
    if (type == server_name_extension) {
      why = read_server_name(extension, to);
    } else if (type == alpn_extension) {
      why = read_protocols(extension, to);
    } else if (type == versions_extension) {
      why = read_versions(extension, to);
    } else if (type == encrypted_hello_extension) {
      to.encrypted_hello = true;
    }
    if (!why.empty()) {
      return why;
    }
    types.push_back(type);
  }
  std::sort(types.begin(), types.end());
  return std::adjacent_find(types.begin(), types.end()) == types.end()
             ? std::string_view()
             : "an extension occurs twice";
}

std::string_view read_hello(std::string_view body, client_hello& to) {
  constexpr std::size_t longest_session = 32;
  constexpr std::size_t random_size = 32;
  fields all(body);
  to.versions.push_back(static_cast<std::uint16_t>(all.number(2)));
  all.bytes(random_size);
  std::string_view const session = all.counted(1);
  std::string_view const ciphers = all.counted(2);
  std::string_view const compressions = all.counted(1);
  if (!all.good() || session.size() > longest_session || ciphers.empty() ||
      ciphers.size() % 2 != 0 || compressions.empty()) {
    return "the client hello is malformed";
  }
  if (all.at_end()) {
    return {};  // a client of long ago has no extensions
  }
  std::string_view const extensions = all.counted(2);
  if (!all.good() || !all.at_end()) {
    return "the extensions do not fit";
  }
  return read_extensions(extensions, to);
}

}  // namespace

client_hello_parser::client_hello_parser() = default;

client_hello_parser::status client_hello_parser::fail(std::string_view why) noexcept {
  why_ = why;
  message_.clear();
  return status_ = status::bad;
}

client_hello_parser::status client_hello_parser::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (status_ == status::need_more && used < bytes.size()) {
    std::size_t const n = std::min(at_least(), bytes.size() - used);
    std::string_view const next = bytes.substr(used, n);
    used += n;
    if (of_record_ == 0) {
      header_ += next;
      begin_record();
    } else {
      message_ += next;
      of_record_ -= n;
      parse_message();
    }
  }
  return status_;
}

std::size_t client_hello_parser::at_least() const noexcept {
  if (status_ != status::need_more) {
    return 0;
  }
  if (of_record_ == 0) {
    return record_header - header_.size();
  }
  if (message_.size() < message_header) {
    return std::min(of_record_, message_header - message_.size());
  }
  fields header(std::string_view(message_).substr(1, 3));
  return std::min(of_record_, message_header + header.number(3) - message_.size());
}

client_hello_parser::status client_hello_parser::begin_record() {
  bool const right_type = header_[0] == handshake_record;
  bool const right_version = header_.size() < 2 || header_[1] == major_version;
  if (!right_type || !right_version) {
    tls_ = records_ > 0;
    return fail(tls_ ? "a record of another type" : "not TLS");
  }
  if (header_.size() < record_header) {
    return status_;
  }
  fields size(std::string_view(header_).substr(3));
  of_record_ = size.number(2);
  header_.clear();
  if (of_record_ == 0 || of_record_ > longest_record) {
    return fail("a record is empty or too long");
  }
  if (++records_ > max_records) {
    return fail("too many records");
  }
  return status_;
}

client_hello_parser::status client_hello_parser::parse_message() {
  if (message_.front() != client_hello_message) {
    return fail("a message other than client hello");
  }
  if (message_.size() < message_header) {
    return status_;
  }
  fields header(std::string_view(message_).substr(1, 3));
  std::size_t const size = message_header + header.number(3);
  if (size > max_message) {
    return fail("the client hello is too long");
  }
  if (message_.size() < size) {
    return status_;
  }
  if (std::string_view const why =
          read_hello(std::string_view(message_).substr(message_header), hello_);
      !why.empty()) {
    hello_ = client_hello();
    return fail(why);
  }
  message_ = std::string();
  return status_ = status::done;
}

std::string write_tls_alert(std::uint8_t description) {
  constexpr char fatal = 2;
  return {alert_record, major_version, 1, 0, 2, fatal, static_cast<char>(description)};
}

}  // namespace anode::proxy
