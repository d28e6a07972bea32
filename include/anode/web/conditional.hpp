// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anode::web {

/// Returns whether `text` is an entity tag with its quotes (RFC 9110 section 8.8.3), for example
/// `"abc"` or `W/"abc"`.
ANODE_EXPORT bool is_entity_tag(std::string_view text) noexcept;

/// Returns whether both are entity tags that are equal octet by octet and not weak.
ANODE_EXPORT bool equal_strong(std::string_view a, std::string_view b) noexcept;

/// Returns whether both are entity tags whose opaque parts are equal. Each may be weak.
ANODE_EXPORT bool equal_weak(std::string_view a, std::string_view b) noexcept;

/// Returns the entity tag marked as weak. An empty text stays empty, and a weak tag is unchanged.
ANODE_EXPORT std::string weakened(std::string_view etag);

/// What a server knows of the current representation of a resource.
struct representation {
  bool exists = true;                                       ///< the resource has a representation
  std::string_view etag{};                                  ///< with its quotes; empty: none
  std::optional<std::chrono::sys_seconds> last_modified{};  ///< without a value: unknown
};

/// The conditional fields of a request. A member without a value is a field that is absent.
struct conditional_fields {
  std::optional<std::string_view> if_match{};             ///< If-Match
  std::optional<std::string_view> if_none_match{};        ///< If-None-Match
  std::optional<std::string_view> if_modified_since{};    ///< If-Modified-Since
  std::optional<std::string_view> if_unmodified_since{};  ///< If-Unmodified-Since
  std::optional<std::string_view> if_range{};             ///< If-Range
};

/// The result of the conditions of a request.
enum class precondition {
  passed,        ///< perform the method
  not_modified,  ///< respond with 304
  failed,        ///< respond with 412
};

/// Evaluates the conditional fields of a request, except If-Range, in the order of RFC 9110 section
/// 13.2.2: If-Match, or else If-Unmodified-Since; then If-None-Match, or else If-Modified-Since.
///
/// If-Match compares strongly and If-None-Match weakly. A list is read up to its first malformed
/// element. A malformed If-None-Match fails for methods other than GET and HEAD, because the server
/// cannot know what the client wants to protect. A malformed date is ignored.
/// @param method the method of the request; methods are case-sensitive.
/// @param now the current time, which gives a date with a year of two digits its century.
ANODE_EXPORT precondition evaluate_preconditions(std::string_view method,
                                                 conditional_fields const& fields,
                                                 representation const& current,
                                                 std::chrono::sys_seconds now) noexcept;

/// Returns whether If-Range permits to send a part (RFC 9110 section 13.1.5): it is absent, a
/// strong entity tag that equals the current one strongly, or exactly the time of the last
/// modification.
ANODE_EXPORT bool is_range_current(std::optional<std::string_view> if_range,
                                   representation const& current,
                                   std::chrono::sys_seconds now) noexcept;

/// A part of a representation, in bytes.
struct byte_range {
  std::uint64_t first = 0;   ///< position of the first byte
  std::uint64_t length = 0;  ///< number of bytes

  bool operator==(byte_range const&) const = default;  ///< compares both numbers
};

/// The parts of a representation that a Range field selects.
class ANODE_EXPORT range_selection {
public:
  /// Maximum number of ranges in one field. A field with more selects the whole representation.
  static constexpr std::size_t max_ranges = 8;

  /// What to send.
  enum class kind {
    whole,          ///< the whole representation, with 200
    partial,        ///< the ranges, with 206
    unsatisfiable,  ///< nothing, with 416
  };

  /// Selects the whole representation.
  range_selection() noexcept = default;

  /// Selects the ranges of a Range field (RFC 9110 section 14.2).
  ///
  /// Selects the whole representation for an empty field, an unknown range unit, invalid syntax,
  /// more than `max_ranges` ranges, ranges that are not in ascending order, ranges whose sum is
  /// larger than the representation, and an empty representation. Ranges behind the end are
  /// dropped, and ranges that overlap or touch are joined.
  /// @param field the value of the field, for example "bytes=0-99,200-".
  /// @param size size of the representation in bytes.
  range_selection(std::string_view field, std::uint64_t size) noexcept;

  /// Returns what to send.
  kind result() const noexcept { return kind_; }

  /// Returns whether ranges are selected.
  bool is_partial() const noexcept { return kind_ == kind::partial; }

  /// Returns the number of ranges; 0 unless `is_partial()`.
  std::size_t size() const noexcept { return size_; }

  /// Returns the range at `index`, which must be less than `size()`.
  byte_range const& operator[](std::size_t index) const noexcept { return ranges_[index]; }

  /// Returns a pointer to the first range.
  byte_range const* begin() const noexcept { return ranges_.data(); }

  /// Returns the end of the ranges.
  byte_range const* end() const noexcept { return ranges_.data() + size_; }

private:
  bool parse(std::string_view ranges, std::uint64_t size) noexcept;
  bool append(byte_range range) noexcept;

  std::array<byte_range, max_ranges> ranges_{};
  std::size_t size_ = 0;
  kind kind_ = kind::whole;
};

/// Returns the value of Content-Range for a part, for example "bytes 0-99/1234".
ANODE_EXPORT std::string content_range(byte_range range, std::uint64_t size);

/// Returns the value of Content-Range for status 416, for example "bytes */1234".
ANODE_EXPORT std::string unsatisfied_range(std::uint64_t size);

/// The parts of a multipart/byteranges body (RFC 9110 section 14.6), without their data.
class ANODE_EXPORT byteranges {
public:
  /// Describes the body.
  /// @param ranges selected ranges; at least one.
  /// @param size size of the representation in bytes.
  /// @param type value of Content-Type of each part; empty: no such line.
  /// @param boundary 1 to 70 bytes that do not occur in the data.
  byteranges(range_selection const& ranges, std::uint64_t size, std::string_view type,
             std::string_view boundary);

  /// Returns the value of Content-Type of the response.
  std::string content_type() const;

  /// Returns the bytes in front of the data of the range at `index`: the delimiter and the head of
  /// the part. For the number of ranges, the closing delimiter.
  std::string delimiter(std::size_t index) const;

  /// Returns the size of the whole body in bytes, including the data.
  std::uint64_t length() const;

private:
  range_selection ranges_;
  std::uint64_t size_;
  std::string type_;
  std::string boundary_;
};

}  // namespace anode::web
