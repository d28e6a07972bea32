// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// What a program exchanges with its service manager, for example systemd: listening sockets that
/// it inherits, and notifications of its state. Needs no library of the service manager.
///
/// ```cpp
/// std::vector<anode::inherited_listener> sockets = anode::inherited_listeners();
/// server.listen(std::move(sockets.at(0)));
/// anode::service_notifier service;
/// service.ready();
/// net::co_spawn(io, service.keep_watchdog(io.get_executor()), net::detached);
/// ```

#include <anode/detail/export.hpp>
#include <anode/endpoint.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode {

/// A listening socket that the program has inherited. The destructor closes it.
class ANODE_EXPORT inherited_listener {
public:
  /// Makes an empty object.
  inherited_listener() = default;

  /// Acquires a bound and listening stream socket, and makes it close-on-exec.
  /// @throws http::exception with the system's error if it is none.
  inherited_listener(native_handle_type descriptor, std::string name);

  /// Moves the socket; the other object becomes empty.
  inherited_listener(inherited_listener&& other) noexcept;

  /// Moves the socket; the previous one is closed.
  inherited_listener& operator=(inherited_listener&& other) noexcept;

  /// Closes the socket.
  ~inherited_listener();

  /// Returns the name of the socket, systemd's `FileDescriptorName=`; several may have one name.
  std::string const& name() const noexcept { return name_; }

  /// Returns the address of the socket; empty for an empty object.
  endpoint address() const;

  /// Returns the descriptor, which this object keeps; `no_native_handle` for an empty object.
  native_handle_type native_handle() const noexcept { return descriptor_; }

  /// Releases the descriptor to the caller, for example for `listen_options::descriptor`.
  /// `server::listen` calls this function.
  native_handle_type release() noexcept { return std::exchange(descriptor_, no_native_handle); }

private:
  native_handle_type descriptor_ = no_native_handle;
  std::string name_;
};

/// Returns the listening sockets that the service manager has passed to this process, in their
/// order: systemd's socket activation, with the variables `LISTEN_PID`, `LISTEN_FDS` and
/// `LISTEN_FDNAMES`. The result is empty if `LISTEN_PID` does not name this process.
///
/// All sockets become close-on-exec, and the variables are removed from the environment, therefore
/// programs that this one starts do not inherit them, and a second call returns nothing. Without
/// `LISTEN_FDNAMES` each name is "unknown". Call the function before other threads use the
/// environment. Not available on Windows: the result is empty.
/// @throws http::exception with `error::invalid_arg_value` if the variables contradict each other,
///   or with the system's error if a descriptor is not a listening stream socket. Nothing is closed
///   then.
/// **Node**: none; `sd_listen_fds_with_names` of libsystemd.
ANODE_EXPORT std::vector<inherited_listener> inherited_listeners();

/// Notifies the service manager of the state of this process: systemd's `sd_notify`, with the
/// variables `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
///
/// Each notification is one datagram, sent at once and without waiting. Without `NOTIFY_SOCKET`
/// nothing is sent. The environment is read when the object is made, and is not changed.
///
/// **Concurrency**: all functions but `keep_watchdog` may be called from any thread.
/// **Node**: none.
class ANODE_EXPORT service_notifier {
public:
  /// Reads the environment of the process.
  service_notifier();

  /// Reads an environment.
  /// @param variable returns the value of a variable, empty if it is not set.
  explicit service_notifier(std::function<std::string(std::string_view name)> const& variable);

  /// Returns whether there is a service manager that wants notifications.
  bool active() const noexcept { return !socket_.empty(); }

  /// Notifies that the program is ready to serve: `READY=1`, also after a reload.
  /// @param status one line for people, shown by `systemctl status`; empty: none. Line ends in it
  ///   become spaces.
  /// @return whether the notification was sent; also false if there is no service manager.
  bool ready(std::string_view status = {}) const;

  /// Notifies that the program reloads its configuration: `RELOADING=1` with the time. `ready` ends
  /// the reload.
  bool reloading(std::string_view status = {}) const;

  /// Notifies that the program begins to end: `STOPPING=1`.
  bool stopping(std::string_view status = {}) const;

  /// Sets the line for people only: `STATUS=`.
  bool status(std::string_view text) const;

  /// Asks for more time, from now, to start, reload or stop: `EXTEND_TIMEOUT_USEC=`.
  bool extend_timeout(std::chrono::microseconds time) const;

  /// Notifies that another process is the main one from now on: `MAINPID=`, after a restart that
  /// passes the listening sockets on.
  bool main_process(int pid) const;

  /// Notifies that the program is alive: `WATCHDOG=1`, see `keep_watchdog`.
  bool alive() const;

  /// Sends lines of the form `NAME=value`, separated by "\n", in one datagram.
  bool notify(std::string_view lines) const;

  /// Returns the interval in which the service manager expects `alive`; 0: it expects none.
  std::chrono::microseconds watchdog_interval() const noexcept { return watchdog_; }

  /// Calls `alive` twice in each interval, from the executor that does the work of the program: if
  /// the executor hangs, the notifications end, and the service manager restarts the program.
  /// Completes at once if no notification is expected. The function works on a copy of this object.
  /// **Cancellation**: ends the notifications; the function then returns normally.
  boost::asio::awaitable<void> keep_watchdog(boost::asio::any_io_executor ex) const;

private:
  std::string socket_;  // a path, or "@" and an abstract name; empty: none
  std::chrono::microseconds watchdog_{0};
};

}  // namespace anode
