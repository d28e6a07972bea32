// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>
#include <anode/field_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::http {

/// The values of one name in a list of field lines, in order. A view: it allocates nothing, and
/// must not outlive the lines and the name.
///
/// **Node**: one property of `message.headersDistinct`.
class ANODE_EXPORT header_values {
public:
  /// Iterates over the values.
  class iterator {
  public:
    using value_type = std::string_view;                ///< a value
    using reference = std::string_view;                 ///< a value, by value
    using difference_type = std::ptrdiff_t;             ///< of two positions
    using iterator_category = std::input_iterator_tag;  ///< one pass, by value

    iterator() = default;

    /// Returns the value.
    std::string_view operator*() const { return (*lines_)[index_].value; }
    /// Advances to the next position.
    iterator& operator++() {
      index_ = next(*lines_, name_, index_ + 1);
      return *this;
    }
    /// Advances, and returns the previous position.
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    /// Returns whether both are at the same position of one list.
    bool operator==(iterator const& other) const { return index_ == other.index_; }

  private:
    friend class header_values;
    iterator(field_lines const* lines, std::string_view name, std::size_t index)
        : lines_(lines), name_(name), index_(index) {}

    field_lines const* lines_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
  };

  /// Makes an empty view.
  header_values() = default;

  /// Makes a view of the values of `name` in `lines`. Names are compared case-insensitively.
  header_values(field_lines const& lines, std::string_view name) noexcept
      : lines_(&lines), name_(name), first_(next(lines, name, 0)) {}

  /// Returns an iterator to the first value.
  iterator begin() const noexcept { return {lines_, name_, first_}; }

  /// Returns the end of the values.
  iterator end() const noexcept { return {lines_, name_, lines_ ? lines_->size() : 0}; }

  /// Returns whether no line has the name.
  bool empty() const noexcept { return begin() == end(); }

  /// Returns the number of lines with the name, in time linear in the number of all lines.
  std::size_t size() const noexcept;

  /// Returns the first value. There must be one.
  std::string_view front() const noexcept { return *begin(); }

  /// Returns copies of all values.
  std::vector<std::string> to_vector() const;

private:
  friend class merged_headers;

  // For a caller that knows the index of the first line with the name.
  header_values(field_lines const& lines, std::string_view name, std::size_t first) noexcept
      : lines_(&lines), name_(name), first_(first) {}

  static std::size_t next(field_lines const& lines, std::string_view name,
                          std::size_t from) noexcept;

  field_lines const* lines_ = nullptr;
  std::string_view name_;
  std::size_t first_ = 0;
};

/// The received fields by name: names in lower case, values of repeated fields merged.
///
/// For fields that have a single value (age, authorization, content-length, content-type, etag,
/// expires, from, host, if-modified-since, if-unmodified-since, last-modified, location,
/// max-forwards, proxy-authorization, referer, retry-after, server, user-agent) the first line is
/// used; with `join_duplicates` their lines are joined as well. set-cookie is always a list. cookie
/// is joined with "; ", all other fields with ", ". Every name is data, even `__proto__`.
///
/// The object is a view: the field lines must outlive it. A look-up of a field that occurs once
/// reads the lines and allocates nothing. The first look-up of a field whose lines are joined, and
/// the first iteration, build an index; `reset` keeps the memory of the index. Returned views are
/// valid until `reset` or until the lines change.
///
/// **Node**: `message.headers`, `headersDistinct`, `trailers`, `trailersDistinct`.
class ANODE_EXPORT merged_headers {
public:
  /// A name with its merged value.
  struct field {
    std::string_view name;   ///< in lower case
    std::string_view value;  ///< merged; for set-cookie the first value
    header_values values;    ///< all values as received
  };

  /// Iterates over the names.
  class iterator {
  public:
    using value_type = field;                           ///< a merged field
    using reference = field;                            ///< a merged field, by value
    using difference_type = std::ptrdiff_t;             ///< of two positions
    using iterator_category = std::input_iterator_tag;  ///< one pass, by value

    iterator() = default;
    /// Makes a position in `headers`, which must outlive it.
    iterator(merged_headers const* headers, std::size_t index) : headers_(headers), index_(index) {}

    field operator*() const { return headers_->at(index_); }  ///< returns the field
    /// Advances to the next position.
    iterator& operator++() {
      ++index_;
      return *this;
    }
    /// Advances, and returns the previous position.
    iterator operator++(int) {
      iterator old = *this;
      ++index_;
      return old;
    }
    /// Returns whether both are at the same position of one list.
    bool operator==(iterator const& other) const { return index_ == other.index_; }

  private:
    merged_headers const* headers_ = nullptr;
    std::size_t index_ = 0;
  };

  /// Makes a view of no lines.
  merged_headers() = default;

  /// Makes a view of `lines`, which must outlive it.
  /// @param join_duplicates joins repeated fields that would otherwise keep only their first value.
  explicit merged_headers(field_lines const& lines, bool join_duplicates = false) noexcept
      : lines_(&lines), join_duplicates_(join_duplicates) {}

  /// Makes this a view of other lines, or of the same lines after a change. Keeps the memory of the
  /// index.
  void reset(field_lines const& lines, bool join_duplicates = false) noexcept;

  /// Returns the merged value of a name, or nothing; for set-cookie the first value. Names are
  /// compared case-insensitively.
  std::optional<std::string_view> get(std::string_view name) const;

  /// Returns whether a field of that name was received. Allocates nothing.
  bool contains(std::string_view name) const noexcept;

  /// Returns the values of a name without merging them. Allocates nothing. `name` must outlive the
  /// result.
  header_values values(std::string_view name) const noexcept;

  /// Returns the number of different names.
  std::size_t size() const;

  /// Returns whether there is no field.
  bool empty() const noexcept { return lines_ == nullptr || lines_->empty(); }

  /// Returns an iterator to the first name, in Node's order of keys: first the names that are array
  /// indices, in ascending order, then the others in the order of their first line.
  iterator begin() const { return {this, 0}; }

  /// Returns the end of the names.
  iterator end() const { return {this, size()}; }

private:
  // A name with its lines. Lower-case names and joined values are stored in `text_`.
  struct group {
    std::uint32_t first;              // index of the first line
    std::uint32_t array_index;        // the name as an array index; otherwise 0xffffffff
    std::uint32_t name, name_size;    // the name in lower case
    std::uint32_t value, value_size;  // the joined value, if `joined`
    bool joined;
  };

  field at(std::size_t index) const;
  std::string_view value_of(group const& g) const noexcept;
  void build() const;
  void add_group(std::uint32_t const* begin, std::uint32_t const* end) const;

  field_lines const* lines_ = nullptr;
  bool join_duplicates_ = false;
  mutable bool built_ = false;
  mutable std::vector<std::uint32_t> order_;
  mutable std::vector<group> groups_;
  mutable std::string text_;
};

}  // namespace anode::http
