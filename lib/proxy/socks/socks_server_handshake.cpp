// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/socks/socks_server_handshake.hpp"

#include "proxy/rules/ip_text.hpp"

#include <algorithm>

namespace anode::proxy::socks {
namespace {

constexpr char version = 5;
constexpr char user_version = 1;
constexpr char no_authentication = 0;
constexpr char user_and_password = 2;
constexpr char no_method = static_cast<char>(0xff);
constexpr char command_connect = 1;
constexpr char command_bind = 2;
constexpr char command_udp = 3;
constexpr char type_v4 = 1;
constexpr char type_name = 3;
constexpr char type_v6 = 4;
constexpr std::size_t v4_size = 4;
constexpr std::size_t v6_size = 16;

// The bytes of a request up to the first byte of its address.
constexpr std::size_t request_begin = 5;
constexpr std::size_t port_size = 2;

std::size_t number(char c) noexcept { return static_cast<unsigned char>(c); }

// Returns the bytes of a request; 0 if the type of its address is unknown.
std::size_t request_size(std::string_view begin) noexcept {
  switch (begin[3]) {
    case type_v4:
      return request_begin - 1 + v4_size + port_size;
    case type_v6:
      return request_begin - 1 + v6_size + port_size;
    case type_name:
      return request_begin + number(begin[4]) + port_size;
    default:
      return 0;
  }
}

}  // namespace

std::string write_reply(reply code, endpoint const& bound) {
  std::string out{version, static_cast<char>(code), '\0'};
  std::string_view address = bound.address;
  ip_bytes const bytes = rules::parse_ip_text(address.substr(0, address.find('%')));
  std::uint16_t const port = bytes ? bound.port : std::uint16_t{0};
  out += bytes.size == v6_size ? type_v6 : type_v4;
  if (bytes) {
    out += bytes.view();
  } else {
    out.append(v4_size, '\0');
  }
  out += static_cast<char>(port >> 8U);
  out += static_cast<char>(port & 0xffU);
  return out;
}

server_handshake::status server_handshake::refuse(std::string_view why) {
  why_ = why;
  return status_ = status::refused;
}

server_handshake::status server_handshake::refuse(std::string_view why, reply code) {
  output_ += write_reply(code, {});
  return refuse(why);
}

server_handshake::status server_handshake::feed(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (status_ == status::need_more && used < bytes.size()) {
    std::size_t const n = std::min(at_least(), bytes.size() - used);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(used), n,
                message_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += n;
    used += n;
    status_ = parse();
  }
  return status_;
}

std::size_t server_handshake::at_least() const noexcept {
  if (status_ != status::need_more) {
    return 0;
  }
  if (step_ == step::request) {
    return (size_ < request_begin ? request_begin : request_size(message())) - size_;
  }
  if (size_ < 2) {
    return 2 - size_;
  }
  if (step_ == step::greeting) {
    return 2 + number(message_[1]) - size_;
  }
  std::size_t const with_user = 2 + number(message_[1]) + 1;
  return (size_ < with_user ? with_user : with_user + number(message_[with_user - 1])) - size_;
}

server_handshake::status server_handshake::parse() {
  // The first byte shows a client with another protocol, for example HTTP.
  if (message_.front() != (step_ == step::user ? user_version : version)) {
    return refuse("not SOCKS5");
  }
  if (step_ == step::greeting) {
    return size_ < 2 || size_ < 2 + number(message_[1]) ? status::need_more : parse_greeting();
  }
  if (step_ == step::request) {
    return parse_request();
  }
  if (size_ < 2) {
    return status::need_more;
  }
  std::size_t const with_user = 2 + number(message_[1]) + 1;
  if (size_ < with_user || size_ < with_user + number(message_[with_user - 1])) {
    return status::need_more;
  }
  return status::authenticate;
}

server_handshake::status server_handshake::parse_greeting() {
  char const method = with_users_ ? user_and_password : no_authentication;
  bool const offered = message().find(method, 2) != std::string_view::npos;
  output_ += version;
  output_ += offered ? method : no_method;
  if (!offered) {
    return refuse("the client offers no permitted method of authentication");
  }
  size_ = 0;
  step_ = with_users_ ? step::user : step::request;
  return status::need_more;
}

std::string_view server_handshake::user() const noexcept {
  return message().substr(2, number(message_[1]));
}

std::string_view server_handshake::password() const noexcept {
  return message().substr(2 + number(message_[1]) + 1);
}

server_handshake::status server_handshake::authenticated(bool permitted) {
  if (status_ != status::authenticate) {
    return status_;
  }
  message_.fill('\0');  // the password
  size_ = 0;
  output_ += user_version;
  output_ += static_cast<char>(permitted ? 0 : 1);
  if (!permitted) {
    return refuse("the user or the password is wrong");
  }
  step_ = step::request;
  return status_ = status::need_more;
}

server_handshake::status server_handshake::parse_request() {
  std::string_view const m = message();
  if (size_ < request_begin) {
    return status::need_more;
  }
  std::size_t const size = request_size(m);
  if (size == 0) {
    return refuse("the type of the address is unknown", reply::address_type_not_supported);
  }
  if (size_ < size) {
    return status::need_more;
  }
  if (m[1] == command_bind || m[1] == command_udp) {
    return refuse("a command other than CONNECT", reply::command_not_supported);
  }
  if (m[1] != command_connect) {
    return refuse("an unknown command", reply::command_not_supported);
  }
  if (m[2] != '\0') {
    return refuse("the reserved byte is not zero", reply::general_failure);
  }
  std::string_view const address =
      m[3] == type_name ? m.substr(request_begin, size - request_begin - port_size)
                        : m.substr(request_begin - 1, size - request_begin + 1 - port_size);
  host_ = m[3] == type_name ? std::string(address) : ip_text(address);
  port_ = static_cast<std::uint16_t>(number(m[size - 2]) << 8U | number(m[size - 1]));
  return status::request;
}

}  // namespace anode::proxy::socks
