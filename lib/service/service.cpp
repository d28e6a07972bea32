// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The notifications to the service manager.
#include "service/inherited_sockets.hpp"

#include <anode/service.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#ifndef _WIN32
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

namespace anode {
namespace {

namespace net = boost::asio;

// Returns the interval of an environment; 0 if no notification is expected of this process.
std::chrono::microseconds read_watchdog(
    std::function<std::string(std::string_view)> const& variable) {
  constexpr unsigned long long most = std::numeric_limits<std::int64_t>::max() / 1000;
  unsigned long long interval = 0;
  std::string const pid = variable("WATCHDOG_PID");
#ifdef _WIN32
  bool const ours = pid.empty();
#else
  bool const ours = pid.empty() || pid == std::to_string(::getpid());
#endif
  if (!ours || !service::parse_number(variable("WATCHDOG_USEC"), most, interval)) {
    return {};
  }
  return std::chrono::microseconds(interval);
}

std::string with_status(std::string state, std::string_view text) {
  if (!text.empty()) {
    state += state.empty() ? "STATUS=" : "\nSTATUS=";
    std::size_t const begin = state.size();
    state += text;
    std::replace_if(
        state.begin() + static_cast<std::ptrdiff_t>(begin), state.end(),
        [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  }
  return state;
}

net::awaitable<void> notify_alive(service_notifier by, net::any_io_executor ex) {
  if (!by.active() || by.watchdog_interval().count() == 0) {
    co_return;
  }
  net::steady_timer timer(ex);
  boost::system::error_code ec;
  while (!ec) {
    by.alive();
    timer.expires_after(by.watchdog_interval() / 2);
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, ec));
  }
}

}  // namespace

service_notifier::service_notifier() : service_notifier(service::process_variable) {}

service_notifier::service_notifier(std::function<std::string(std::string_view)> const& variable)
    : socket_(variable("NOTIFY_SOCKET")), watchdog_(read_watchdog(variable)) {}

bool service_notifier::ready(std::string_view text) const {
  return notify(with_status("READY=1", text));
}

bool service_notifier::reloading(std::string_view text) const {
  // systemd requires the time in the same datagram: CLOCK_MONOTONIC, which is the steady clock.
  auto const now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  return notify(with_status("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()), text));
}

bool service_notifier::stopping(std::string_view text) const {
  return notify(with_status("STOPPING=1", text));
}

bool service_notifier::status(std::string_view text) const {
  return notify(text.empty() ? "STATUS=" : with_status("", text));
}

bool service_notifier::extend_timeout(std::chrono::microseconds time) const {
  return notify("EXTEND_TIMEOUT_USEC=" + std::to_string(time.count()));
}

bool service_notifier::main_process(int pid) const {
  return notify("MAINPID=" + std::to_string(pid));
}

bool service_notifier::alive() const { return notify("WATCHDOG=1"); }

#ifdef _WIN32

bool service_notifier::notify(std::string_view) const { return false; }

#else

bool service_notifier::notify(std::string_view lines) const {
  sockaddr_un to{};
  if (socket_.size() < 2 || (socket_[0] != '/' && socket_[0] != '@') ||
      socket_.size() > sizeof to.sun_path) {
    return false;
  }
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, socket_.data(), socket_.size());
  std::size_t size = offsetof(sockaddr_un, sun_path) + socket_.size();
  if (socket_[0] == '@') {
    to.sun_path[0] = '\0';  // an abstract name: its bytes up to the given size
  } else if (socket_.size() < sizeof to.sun_path) {
    ++size;  // the final zero of a path
  }
#ifdef SOCK_CLOEXEC
  int const descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
#else
  int const descriptor = ::socket(AF_UNIX, SOCK_DGRAM, 0);
#endif
  if (descriptor < 0) {
    return false;
  }
#ifdef MSG_NOSIGNAL
  constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
  constexpr int flags = MSG_DONTWAIT;
#endif
  auto const sent = ::sendto(descriptor, lines.data(), lines.size(), flags,
                             reinterpret_cast<sockaddr const*>(&to), static_cast<socklen_t>(size));
  ::close(descriptor);
  return sent >= 0 && static_cast<std::size_t>(sent) == lines.size();
}

#endif

net::awaitable<void> service_notifier::keep_watchdog(net::any_io_executor ex) const {
  return notify_alive(*this, std::move(ex));
}

}  // namespace anode
