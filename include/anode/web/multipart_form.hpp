// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Bodies of the type multipart/form-data (RFC 7578) to send. Needs the library `anode-web`.

#include <anode/detail/export.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

/// A multipart/form-data body to send.
///
/// Names are sent as browsers do: quotes and line breaks in a name become `%22`, `%0D` and `%0A`.
///
/// ```cpp
/// web::multipart_form form;
/// form.field("title", "Report").file("document", "report.pdf");
/// ```
class ANODE_EXPORT multipart_form {
public:
  /// One run of bytes of the body: a text, or the content of a file.
  struct piece {
    std::string text{};            ///< the bytes, unless `file` is set
    std::filesystem::path file{};  ///< the file whose bytes follow; empty: `text`
    std::uint64_t size = 0;        ///< number of bytes
  };

  /// Makes a form without parts. Its boundary has 128 random bits.
  multipart_form();

  /// Makes a form without parts.
  /// @param boundary 1 to 70 letters, digits or any of `'()+_,-./:=?`, which do not occur in the
  ///   parts.
  /// @throws std::invalid_argument for any other boundary.
  explicit multipart_form(std::string_view boundary);

  /// Adds a field.
  multipart_form& field(std::string_view name, std::string_view value);

  /// Adds a file from memory.
  /// @param content_type its media type; empty: by the extension of `file_name`.
  multipart_form& file(std::string_view name, std::string_view file_name, std::string_view data,
                       std::string_view content_type);

  /// Adds a file of the file system. Its size is read now and its content when the body is sent.
  /// @throws std::filesystem::filesystem_error if `path` is not a regular file.
  multipart_form& file(std::string_view name, std::filesystem::path const& path);

  /// Returns the value of Content-Type.
  std::string content_type() const;

  /// Returns the size of the body in bytes.
  std::uint64_t length() const noexcept { return length_; }

  /// Returns the body as the runs of bytes to send.
  std::vector<piece> const& pieces() const noexcept { return pieces_; }

  /// Returns the whole body.
  /// @throws std::logic_error if it has a file of the file system.
  std::string body() const;

private:
  void begin_part(std::string_view name);
  void append(std::string_view text);
  void close();

  std::string boundary_;
  std::vector<piece> pieces_;
  std::uint64_t length_ = 0;
};

}  // namespace anode::web
