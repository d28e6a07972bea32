// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::http {

/// One received field line. The spelling of the name and the bytes of the value are kept (RFC 9110
/// section 5.2).
struct field_line {
  std::string_view name;   ///< as received
  std::string_view value;  ///< without surrounding white space
};

/// The position of a name and a value, as offsets and sizes in bytes from the start of the stored
/// bytes.
struct field_place {
  std::uint32_t name;        ///< offset of the name
  std::uint32_t name_size;   ///< bytes of the name
  std::uint32_t value;       ///< offset of the value
  std::uint32_t value_size;  ///< bytes of the value
};

/// The ordered field lines of one received head or trailer section, including duplicates.
///
/// The object stores one copy of the bytes of the section, and the positions of names and values in
/// this copy. `clear` keeps the memory, therefore a reused object allocates nothing. Returned views
/// are valid until the object is changed, moved from or destroyed.
///
/// **Node**: `message.rawHeaders` and `message.rawTrailers`.
class ANODE_EXPORT field_lines {
public:
  /// Iterates over the lines. Valid as long as the lines do not change.
  class iterator {
  public:
    using value_type = field_line;                      ///< a line
    using reference = field_line;                       ///< a line, by value
    using difference_type = std::ptrdiff_t;             ///< of two positions
    using iterator_category = std::input_iterator_tag;  ///< one pass, by value

    iterator() = default;
    /// Makes a position in `lines`, which must outlive it.
    iterator(field_lines const* lines, std::size_t index) : lines_(lines), index_(index) {}

    field_line operator*() const { return (*lines_)[index_]; }  ///< returns the line
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
    field_lines const* lines_ = nullptr;
    std::size_t index_ = 0;
  };

  /// Returns the number of field lines.
  std::size_t size() const noexcept { return places_.size(); }

  /// Returns whether there is no field line.
  bool empty() const noexcept { return places_.empty(); }

  /// Returns the field line at `index`, which must be less than `size()`.
  field_line operator[](std::size_t index) const noexcept {
    field_place const& p = places_[index];
    return {std::string_view(bytes_.data() + p.name, p.name_size),
            std::string_view(bytes_.data() + p.value, p.value_size)};
  }

  /// Returns an iterator to the first line.
  iterator begin() const noexcept { return {this, 0}; }

  /// Returns the end of the lines.
  iterator end() const noexcept { return {this, places_.size()}; }

  /// Returns the stored bytes, which contain all names and values.
  std::string_view bytes() const noexcept { return bytes_; }

  /// Returns the stored bytes for modification in place. The positions of names and values must not
  /// change.
  char* data() noexcept { return bytes_.data(); }

  /// Removes all field lines and bytes, and keeps the memory.
  void clear() noexcept {
    bytes_.clear();
    places_.clear();
  }

  /// Appends a field line; copies name and value.
  void append(std::string_view name, std::string_view value);

  /// Appends bytes to the stored ones without creating a field line.
  /// @return the offset of the first appended byte, for `append_place`.
  std::size_t append_bytes(std::string_view bytes);

  /// Appends a field line whose name and value are in the stored bytes.
  /// @param name, name_size, value, value_size offsets and sizes in bytes.
  void append_place(std::size_t name, std::size_t name_size, std::size_t value,
                    std::size_t value_size) {
    places_.push_back({static_cast<std::uint32_t>(name), static_cast<std::uint32_t>(name_size),
                       static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value_size)});
  }

  /// Replaces the content with `bytes` and with the field lines at `places`.
  void assign(std::string_view bytes, std::vector<field_place> const& places) {
    bytes_.assign(bytes);
    places_.assign(places.begin(), places.end());
  }

private:
  std::string bytes_;
  std::vector<field_place> places_;
};

}  // namespace anode::http
