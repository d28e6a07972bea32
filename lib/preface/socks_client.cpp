// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "preface/socks_client.hpp"

#include <utility>

namespace anode::preface {
namespace {

constexpr char version = 5;
constexpr char authentication_version = 1;
constexpr char method_none = 0;
constexpr char method_password = 2;
constexpr char method_refused = static_cast<char>(0xff);
constexpr char command_connect = 1;
constexpr char type_v4 = 1;
constexpr char type_name = 3;
constexpr char type_v6 = 4;

// The bytes of a reply up to the first byte of the address.
constexpr std::size_t reply_begin = 5;
constexpr std::size_t port_size = 2;

void append_counted(std::string& to, std::string_view text) {
  to += static_cast<char>(text.size());
  to += text;
}

// Returns the bytes of a reply; 0 if the type of its address is unknown.
std::size_t reply_size(std::string_view begin) noexcept {
  constexpr std::size_t before_address = reply_begin - 1;
  switch (begin[3]) {
    case type_v4:
      return before_address + 4 + port_size;
    case type_v6:
      return before_address + 16 + port_size;
    case type_name:
      return reply_begin + static_cast<unsigned char>(begin[4]) + port_size;
    default:
      return 0;
  }
}

}  // namespace

std::string_view to_string(socks_reply reply) noexcept {
  switch (reply) {
    case socks_reply::succeeded:
      return "succeeded";
    case socks_reply::general_failure:
      return "general failure";
    case socks_reply::not_allowed:
      return "not allowed by the rules of the proxy";
    case socks_reply::network_unreachable:
      return "network unreachable";
    case socks_reply::host_unreachable:
      return "host unreachable";
    case socks_reply::connection_refused:
      return "connection refused";
    case socks_reply::ttl_expired:
      return "TTL expired";
    case socks_reply::command_not_supported:
      return "command not supported";
    case socks_reply::address_type_not_supported:
      return "address type not supported";
  }
  return "unknown reply";
}

bool may_try_next_address(socks_reply reply) noexcept {
  return reply != socks_reply::not_allowed && reply != socks_reply::command_not_supported &&
         reply <= socks_reply::address_type_not_supported;
}

socks_client_handshake::socks_client_handshake(socks_request request)
    : request_(std::move(request)) {
  output_ += version;
  if (request_.user.empty()) {
    append_counted(output_, std::string_view(&method_none, 1));
  } else {
    constexpr char methods[] = {method_none, method_password};
    append_counted(output_, std::string_view(methods, sizeof methods));
  }
}

socks_client_handshake::status socks_client_handshake::fail(std::string_view why) noexcept {
  why_ = why;
  return status::bad;
}

socks_client_handshake::status socks_client_handshake::feed(std::string_view bytes,
                                                            std::size_t& used) {
  used = 0;
  while (status_ == status::need_more && used < bytes.size()) {
    if (!output_.empty()) {
      return status_ = fail(too_early);
    }
    std::string_view const next = bytes.substr(used, at_least());
    answer_ += next;
    used += next.size();
    status_ = parse();
  }
  return status_;
}

std::size_t socks_client_handshake::at_least() const noexcept {
  if (status_ != status::need_more) {
    return 0;
  }
  if (step_ != step::reply || answer_.size() < 2) {
    return 2 - answer_.size();  // a failure ends with the second byte
  }
  if (answer_.size() < reply_begin) {
    return reply_begin - answer_.size();
  }
  return reply_size(answer_) - answer_.size();
}

socks_client_handshake::status socks_client_handshake::parse() {
  if (answer_.front() != (step_ == step::authentication ? authentication_version : version)) {
    return fail("the proxy does not speak SOCKS5");
  }
  if (answer_.size() < 2) {
    return status::need_more;
  }
  switch (step_) {
    case step::method:
      return parse_method();
    case step::authentication:
      return parse_authentication();
    case step::reply:
      break;
  }
  return parse_reply();
}

socks_client_handshake::status socks_client_handshake::parse_method() {
  char const method = answer_[1];
  if (method == method_refused) {
    return fail(request_.user.empty() ? "the proxy requires authentication"
                                      : "the proxy accepts neither method of authentication");
  }
  if (method == method_password && !request_.user.empty()) {
    step_ = step::authentication;
    output_ += authentication_version;
    append_counted(output_, request_.user);
    append_counted(output_, request_.password);
    answer_.clear();
    return status::need_more;
  }
  if (method != method_none) {
    return fail("the proxy has chosen a method of authentication that was not offered");
  }
  ask();
  return status::need_more;
}

socks_client_handshake::status socks_client_handshake::parse_authentication() {
  if (answer_[1] != 0) {
    return fail("the proxy refuses the user name or the password");
  }
  ask();
  return status::need_more;
}

// Asks for the connection to the target.
void socks_client_handshake::ask() {
  step_ = step::reply;
  answer_.clear();
  output_ += version;
  output_ += command_connect;
  output_ += '\0';
  if (request_.address) {
    output_ += request_.address.is_v4() ? type_v4 : type_v6;
    output_ += request_.address.view();
  } else {
    output_ += type_name;
    append_counted(output_, request_.name);
  }
  output_ += static_cast<char>(request_.port >> 8U);
  output_ += static_cast<char>(request_.port & 0xffU);
}

socks_client_handshake::status socks_client_handshake::parse_reply() {
  reply_ = static_cast<socks_reply>(answer_[1]);
  if (reply_ != socks_reply::succeeded) {
    return status::refused;
  }
  if (answer_.size() > 2 && answer_[2] != 0) {
    return fail("the reserved byte of the reply is not zero");
  }
  if (answer_.size() < reply_begin) {
    return status::need_more;
  }
  std::size_t const size = reply_size(answer_);
  if (size == 0) {
    return fail("the type of the address in the reply is unknown");
  }
  return answer_.size() < size ? status::need_more : status::done;
}

}  // namespace anode::preface
