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

/// The values of one name in a list of field lines, in order; a view that allocates nothing.
///
/// **Node**: one property of `message.headersDistinct`.
class ANODE_EXPORT header_values {
public:
  class iterator {
  public:
    using value_type = std::string_view;
    using reference = std::string_view;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    iterator() = default;

    std::string_view operator*() const { return (*lines_)[index_].value; }
    iterator& operator++() {
      index_ = next(*lines_, name_, index_ + 1);
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    bool operator==(iterator const& other) const { return index_ == other.index_; }

  private:
    friend class header_values;
    iterator(field_lines const* lines, std::string_view name, std::size_t index)
        : lines_(lines), name_(name), index_(index) {}

    field_lines const* lines_ = nullptr;
    std::string_view name_;
    std::size_t index_ = 0;
  };

  header_values() = default;
  header_values(field_lines const& lines, std::string_view name) noexcept
      : lines_(&lines), name_(name), first_(next(lines, name, 0)) {}

  iterator begin() const noexcept { return {lines_, name_, first_}; }
  iterator end() const noexcept { return {lines_, name_, lines_ ? lines_->size() : 0}; }
  bool empty() const noexcept { return begin() == end(); }
  /// Returns how many lines have the name; takes time linear in the number of lines.
  std::size_t size() const noexcept;
  /// Returns the first value; there must be one.
  std::string_view front() const noexcept { return *begin(); }
  /// Returns copies of all values.
  std::vector<std::string> to_vector() const;

private:
  friend class merged_headers;

  // For who knows the first line with the name.
  header_values(field_lines const& lines, std::string_view name, std::size_t first) noexcept
      : lines_(&lines), name_(name), first_(first) {}

  static std::size_t next(field_lines const& lines, std::string_view name,
                          std::size_t from) noexcept;

  field_lines const* lines_ = nullptr;
  std::string_view name_;
  std::size_t first_ = 0;
};

/// The received headers by name: names in lower case, values of repeated fields merged.
///
/// Of the fields that make sense once (age, authorization, content-length, content-type, etag,
/// expires, from, host, if-modified-since, if-unmodified-since, last-modified, location,
/// max-forwards, proxy-authorization, referer, retry-after, server, user-agent) the first one
/// counts; with `join_duplicates` they are joined too. set-cookie is always a list; cookie is
/// joined with "; ", everything else with ", ". A name is data whatever it says (`__proto__`).
///
/// Stands next to the field lines it reads, which must outlive it. Look-up of a field that occurs
/// once reads the lines and allocates nothing; the first look-up of a repeated field and the first
/// iteration build an index, whose memory `reset` keeps. All views are valid until `reset` or until
/// the lines change.
///
/// **Node**: `message.headers`, `headersDistinct`, `trailers`, `trailersDistinct`.
class ANODE_EXPORT merged_headers {
public:
  /// A name with its merged value.
  struct field {
    std::string_view name;   ///< in lower case
    std::string_view value;  ///< merged; for set-cookie the first one
    header_values values;    ///< all values as received
  };

  class iterator {
  public:
    using value_type = field;
    using reference = field;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    iterator() = default;
    iterator(merged_headers const* headers, std::size_t index) : headers_(headers), index_(index) {}

    field operator*() const { return headers_->at(index_); }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++index_;
      return old;
    }
    bool operator==(iterator const& other) const { return index_ == other.index_; }

  private:
    merged_headers const* headers_ = nullptr;
    std::size_t index_ = 0;
  };

  /// Makes a view of no lines.
  merged_headers() = default;

  /// Makes a view of `lines`, which must outlive it.
  /// @param join_duplicates joins repeated fields of which else the first one counts.
  explicit merged_headers(field_lines const& lines, bool join_duplicates = false) noexcept
      : lines_(&lines), join_duplicates_(join_duplicates) {}

  /// Views other lines, or the same ones after a change; keeps the memory of the index.
  void reset(field_lines const& lines, bool join_duplicates = false) noexcept;

  /// Returns the merged value of a name, compared without regard to case; of set-cookie the first.
  std::optional<std::string_view> get(std::string_view name) const;

  /// Returns whether a field of that name was received; allocates nothing.
  bool contains(std::string_view name) const noexcept;

  /// Returns the values of a name one by one, unmerged; allocates nothing. `name` must outlive the
  /// result.
  header_values values(std::string_view name) const noexcept;

  /// Returns how many different names there are.
  std::size_t size() const;
  bool empty() const noexcept { return lines_ == nullptr || lines_->empty(); }

  /// Iterates over the names in Node's order of keys: names that are array indices first, in
  /// ascending order, then the others in the order of their first line.
  iterator begin() const { return {this, 0}; }
  iterator end() const { return {this, size()}; }

private:
  // A name with the places of its lines; texts that had to be made lie in text_.
  struct group {
    std::uint32_t first;              // the first line
    std::uint32_t array_index;        // the number that the name is, or the largest one
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
