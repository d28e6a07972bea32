// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Received bodies of the type multipart/form-data (RFC 7578); those to send are in
/// `anode/web/multipart_form.hpp`. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/web/error.hpp>
#include <anode/web/multipart_form.hpp>
#include <anode/web/part_head.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

namespace net = boost::asio;

class context;
class multipart_source;

/// A part of a received multipart body. Valid until the next call of `multipart::next`, and as long
/// as the request.
class ANODE_EXPORT part {
public:
  /// Makes an empty handle: there are no more parts.
  part() noexcept = default;

  /// Returns whether there is a part.
  explicit operator bool() const noexcept { return source_ != nullptr; }

  /// Returns the name of the field.
  std::string const& name() const noexcept { return head_.name; }

  /// Returns whether the part is a file, which has a file name, although it may be empty.
  bool is_file() const noexcept { return head_.is_file; }

  /// Returns the file name that the client sent, without folders. It is data and never a path: it
  /// can be empty and any text, for example "con" or "-rf".
  std::string const& file_name() const noexcept { return head_.file_name; }

  /// Returns the value of Content-Type; empty if the part has none.
  std::string const& content_type() const noexcept { return head_.content_type; }

  /// Returns all headers.
  part_head const& head() const noexcept { return head_; }

  /// Reads the next bytes.
  /// @return a view that is valid until the next read, or nothing at the end of the part.
  /// @throws http_error if the body is malformed or cut, or the part exceeds its limit.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads the rest of the part.
  /// @param limit maximum size in bytes; default 64 KiB.
  /// @throws http_error as `read`; with 413 if the part is larger than `limit`.
  net::awaitable<std::string> text(std::size_t limit = 64 * 1024);

  /// Writes the rest of the part to a new file, on the threads for blocking work. The bytes are
  /// collected in a temporary file beside it; if the upload fails, nothing remains.
  /// @param path must not exist, and must not be made from `file_name()`.
  /// @return the size of the file in bytes.
  /// @throws std::system_error with `EEXIST` if `path` exists, and any other error of the system.
  /// @throws http_error as `read`.
  net::awaitable<std::uint64_t> save(std::filesystem::path const& path);

private:
  friend class multipart;

  part(std::shared_ptr<multipart_source> source, std::uint64_t number, part_head&& head) noexcept
      : source_(std::move(source)), number_(number), head_(std::move(head)) {}

  std::shared_ptr<multipart_source> source_;
  std::uint64_t number_ = 0;  // of the part in its body
  part_head head_;
};

/// The body of a request of the type multipart/form-data, part by part.
///
/// ```cpp
/// web::multipart form(c);
/// while (auto part = co_await form.next()) {
///   if (part.is_file()) co_await part.save(directory / new_name());
///   else fields[part.name()] = co_await part.text();
/// }
/// ```
///
/// Nothing but the headers of one part is buffered. Parts need not be read to their end.
/// **Concurrency**: one operation at a time, on the executor of the request.
/// **Node**: none; the packages busboy and formidable.
class ANODE_EXPORT multipart {
public:
  /// Prepares to read the body.
  /// @param req must outlive the object.
  /// @throws http_error with 415 if Content-Type is not multipart/form-data, or the body is
  ///   coded; with 400 if it has no valid boundary.
  explicit multipart(http::incoming_message& req, multipart_limits const& limits = {});

  /// Prepares to read the body of the request of a router's handler, with `context::read`: the body
  /// can be one that a layer decodes, and `context::body_limit` limits it.
  explicit multipart(context& c, multipart_limits const& limits = {});

  /// Reads up to the head of the next part. Discards the rest of the part before.
  /// @return the part, or an empty handle behind the last one.
  /// @throws http_error if the body is malformed, cut or exceeds a limit. Further calls throw
  ///   the same.
  net::awaitable<part> next();

private:
  std::shared_ptr<multipart_source> source_;
};

}  // namespace anode::web
