// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Static files. Needs the library `anode-web`. POSIX systems only.

#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/server_response.hpp>
#include <anode/web/files_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace anode::web {

namespace net = boost::asio;

class context;
class file_server;

/// The files beneath a directory, as a handler of a route or of `http::server`. A handle: copies
/// share the open directory.
///
/// ```cpp
/// app.get("/{path...}", web::files("public"));
/// ```
///
/// Serves GET and HEAD with ranges and conditions (RFC 9110 sections 13 and 14), ETag and
/// Last-Modified. The path of the request is split at `/` and decoded once. Nothing outside of the
/// directory is served, and neither are devices, FIFOs and sockets. Responds with 404 for a file
/// that does not exist, 400 for a malformed path, 403 without permission, and 405 for other
/// methods. Small files are sent with one write. Larger ones are sent in constant memory; reads
/// that would wait for the disk run on other threads (`blocking`). If a file becomes shorter while
/// it is sent, the connection is closed.
class ANODE_EXPORT files {
public:
  /// Opens the directory.
  /// @throws std::system_error if `root` is no directory.
  explicit files(std::filesystem::path const& root, files_options const& options = {});

  /// Serves the file that the path of the request names.
  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) const;

  /// Serves the file that the rest of the route's path names: `app.get("/static/{path...}", site)`
  /// serves `/static/a/b.txt` from `a/b.txt` beneath the directory. A route without a rest serves
  /// the index of the directory.
  /// @throws http_error with the status if there is no such file.
  net::awaitable<void> operator()(context& c) const;

  /// Serves a file.
  /// @param path its path beneath the directory, percent-encoded, without a leading `/`.
  net::awaitable<void> serve(http::incoming_message& req, http::server_response& res,
                             std::string_view path) const;

  /// Serves as the call operator, which a server or router calls this function in place of. What
  /// needs no wait is done at once.
  /// @return the rest of the work; empty if the response is ended.
  net::awaitable<void> start(http::incoming_message& req, http::server_response& res) const;

  /// Serves as the call operator for a context.
  net::awaitable<void> start(context& c) const;

private:
  std::shared_ptr<file_server const> server_;
};

/// Sends a file that the program chooses, with everything that `files` does for a request. The
/// method does not matter, except that a response to HEAD has no body.
/// @param path must not come from a client; use `files` for paths of requests.
/// @return the status of a file that cannot be opened (403, 404, 500 or 503), to which the caller
/// has
///   to respond; 0 if the response is sent.
ANODE_EXPORT net::awaitable<int> send_file(http::incoming_message& req, http::server_response& res,
                                           std::filesystem::path const& path,
                                           send_file_options const& options);

/// Sends a file with the default options.
ANODE_EXPORT net::awaitable<int> send_file(http::incoming_message& req, http::server_response& res,
                                           std::filesystem::path const& path);

/// Sends a file that the program chooses, from a handler of a router.
/// @throws http_error with 403, 404, 500 or 503 if the file cannot be opened.
ANODE_EXPORT net::awaitable<void> send_file(context& c, std::filesystem::path const& path,
                                            send_file_options const& options);

/// Sends a file with the default options.
ANODE_EXPORT net::awaitable<void> send_file(context& c, std::filesystem::path const& path);

/// Returns the value of Content-Disposition that makes browsers store a file under a name (RFC
/// 6266), for example `attachment; filename="a.txt"`. Other names than ASCII are also sent as
/// `filename*`.
ANODE_EXPORT std::string attachment_disposition(std::string_view file_name);

}  // namespace anode::web
