// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "service/inherited_sockets.hpp"

#include "transport/endpoint.hpp"
#include "transport/open_socket.hpp"

#include <anode/error.hpp>

#ifndef _WIN32
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace anode {

namespace service {

bool parse_number(std::string_view text, unsigned long long most,
                  unsigned long long& out) noexcept {
  auto const end = text.data() + text.size();
  auto const [rest, ec] = std::from_chars(text.data(), end, out);
  return ec == std::errc{} && rest == end && out <= most;
}

std::string process_variable(std::string_view name) {
  char const* const value = std::getenv(std::string(name).c_str());
  return value != nullptr ? value : "";
}

}  // namespace service

#ifdef _WIN32

inherited_listener::inherited_listener(native_handle_type descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)) {
  transport::set_close_on_exec(descriptor);
}

inherited_listener::~inherited_listener() {
  if (descriptor_ != no_native_handle) {
    ::closesocket(descriptor_);
  }
}

endpoint inherited_listener::address() const { return {}; }

std::vector<inherited_listener> service::acquire_inherited(
    native_handle_type, std::function<std::string(std::string_view)> const&) {
  return {};
}

std::vector<inherited_listener> inherited_listeners() { return {}; }

#else

namespace {

// The largest number of sockets, which only protects from nonsense in the environment.
constexpr unsigned long long most_sockets = 4096;

[[noreturn]] void refuse(std::string const& message) {
  throw http::exception(http::error::invalid_arg_value, message);
}

int option_of(int descriptor, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (true) {
    std::size_t const colon = std::min(text.find(':'), text.size());
    names.emplace_back(text.substr(0, colon));
    if (colon == text.size()) {
      return names;
    }
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

inherited_listener::inherited_listener(native_handle_type descriptor, std::string name)
    : name_(std::move(name)) {
  int const type = option_of(descriptor, SO_TYPE);
  if (type != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1) {
    error_code const ec(type == -1 ? errno : EINVAL, boost::system::system_category());
    throw http::exception(ec, "The descriptor " + std::to_string(descriptor) + " (" + name_ +
                                  ") is not a listening stream socket");
  }
  transport::set_close_on_exec(descriptor);
  descriptor_ = descriptor;
}

inherited_listener::~inherited_listener() {
  if (descriptor_ != no_native_handle) {
    ::close(descriptor_);
  }
}

endpoint inherited_listener::address() const {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (descriptor_ == no_native_handle ||
      ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    return {};
  }
  return transport::endpoint_text({&at, size});
}

std::vector<inherited_listener> service::acquire_inherited(
    native_handle_type first, std::function<std::string(std::string_view)> const& variable) {
  std::string const pid = variable("LISTEN_PID");
  std::string const count_text = variable("LISTEN_FDS");
  if (pid.empty() || count_text.empty() || pid != std::to_string(::getpid())) {
    return {};
  }
  unsigned long long count = 0;
  if (!parse_number(count_text, most_sockets, count)) {
    refuse("LISTEN_FDS is not a number of sockets: '" + count_text.substr(0, 64) + "'");
  }
  std::string const names_text = variable("LISTEN_FDNAMES");
  std::vector<std::string> names =
      names_text.empty() ? std::vector<std::string>(count, "unknown") : split_names(names_text);
  if (names.size() != count) {
    refuse("LISTEN_FDNAMES has " + std::to_string(names.size()) + " names, LISTEN_FDS is " +
           std::to_string(count));
  }
  std::vector<inherited_listener> all;
  all.reserve(count);
  try {
    for (std::string& name : names) {
      all.emplace_back(first + static_cast<native_handle_type>(all.size()), std::move(name));
    }
  } catch (...) {
    for (inherited_listener& l : all) {
      l.release();
    }
    throw;
  }
  return all;
}

std::vector<inherited_listener> inherited_listeners() {
  constexpr native_handle_type first = 3;
  std::vector<inherited_listener> all =
      service::acquire_inherited(first, service::process_variable);
  for (char const* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    ::unsetenv(name);
  }
  return all;
}

#endif

inherited_listener::inherited_listener(inherited_listener&& other) noexcept
    : descriptor_(other.release()), name_(std::move(other.name_)) {}

inherited_listener& inherited_listener::operator=(inherited_listener&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(name_, other.name_);
  return *this;
}

}  // namespace anode
