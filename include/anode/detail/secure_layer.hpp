// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>
#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

/// Where a server and an agent put encryption on their streams. Between anode's own libraries only:
/// it can change with each version.

namespace anode::http {
class request_options;
}

namespace anode::detail {

/// Encrypts the streams of a server.
class ANODE_EXPORT secure_server : public counted {
public:
  /// Returns a stream over an accepted one. Its handshake runs while the stream is read: the first
  /// read completes without bytes when the handshake is complete.
  virtual std::unique_ptr<byte_stream> accept(std::unique_ptr<byte_stream> lower) = 0;

  /// Returns whether requests for a host may be served on a connection. It is false if the clients
  /// of that host are verified in another way than the client of the connection was.
  /// @param connection  a stream that `accept` has returned
  /// @param authority  the host, with or without a port; empty: none
  virtual bool serves(byte_stream& connection, std::string_view authority) const = 0;

  /// Returns the most time for a handshake; 0: the time for a request head.
  virtual std::chrono::milliseconds handshake_timeout() const = 0;

  /// Returns the code of a handshake that takes longer.
  virtual error_code timed_out() const = 0;

protected:
  ~secure_server() override;
};

/// Whom a client connects to, and how: the name, the trusted certificates, the session.
class ANODE_EXPORT secure_target : public counted {
protected:
  ~secure_target() override;
};

/// The outcome of a client's handshake.
struct secure_result {
  std::unique_ptr<byte_stream> stream;  ///< the encrypted stream; null after a failure
  error_code ec;                        ///< the failure
  std::string_view reason;              ///< OpenSSL's name of the failure; static storage
  std::string message;                  ///< Node's message
  std::exception_ptr cause;             ///< thrown by a check of the program
};

/// A handshake in progress.
class ANODE_EXPORT secure_handshake : public counted {
public:
  /// Cancels the handshake and closes its stream. The callback is not called afterwards.
  virtual void cancel() = 0;

protected:
  ~secure_handshake() override;
};

/// Encrypts the streams of an agent.
class ANODE_EXPORT secure_client : public counted {
public:
  /// Validates the TLS options of a request.
  virtual void check(http::request_options const& options) const = 0;

  /// Appends to the key of a request in the pool what decides whether it trusts a connection.
  virtual void append_key(http::request_options const& options, std::string_view host_header,
                          std::string& key) const = 0;

  /// Returns the target of a request.
  /// @param key  the key of the request in the pool
  virtual ptr<secure_target> target(http::request_options const& options,
                                    std::string_view host_header, std::string_view key) const = 0;

  /// Returns the target of a connection to an https proxy.
  virtual ptr<secure_target> proxy_target(std::string_view host, std::string_view key) const = 0;

  /// Starts a handshake over a connected stream. `done` is called once, on the executor of the
  /// stream, never before this function returns.
  virtual ptr<secure_handshake> start(std::unique_ptr<byte_stream> lower, secure_target& to,
                                      std::function<void(secure_result)> done) = 0;

  /// Returns whether requests without encryption are allowed too.
  virtual bool allows_http() const = 0;

protected:
  ~secure_client() override;
};

}  // namespace anode::detail
