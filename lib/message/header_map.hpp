// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "message/field_id.hpp"

#include <anode/headers.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::message {

/// The mutable headers of an outgoing message.
///
/// `set_header` and similar functions modify the map, and the head writer reads it. One arena
/// stores the field lines in wire format. If headers were only added, the writer copies all lines
/// at once. `clear` keeps the memory, therefore a reused map does not allocate. A look-up scans the
/// list and compares a tag of length and last letter, which is faster than a hash table for a few
/// headers; larger maps use an index.
///
/// All functions validate their arguments before they modify the map: a call that throws has no
/// effect. Views are valid until the next modification.
///
/// **Node**: the headers of an `OutgoingMessage`, with its `_removedConnection`, `_removedContLen`,
/// `_removedTE` and `sendDate`.
class header_map {
public:
  /// Accepts all bytes in values but NUL, CR and LF from now on, or only valid ones. `clear` does
  /// not change this.
  void accept_relaxed_values(bool on) noexcept { relaxed_values_ = on; }
  bool relaxed_values() const noexcept { return relaxed_values_; }

  /// Sets a header. Replaces the value and the spelling of an existing header and keeps its
  /// position.
  /// @throws exception as `validate_header_name` and `validate_header_value`.
  void set(std::string_view name, http::header_value_ref const& value);

  /// Adds values to a header, or sets the header if it does not exist. An empty list adds no value.
  /// @throws exception as `set`.
  void append(std::string_view name, http::header_value_ref value);

  /// Reserves memory for `lines` more headers whose field lines have `bytes` bytes in total.
  void reserve(std::size_t lines, std::size_t bytes);

  /// Appends a received field line without validation, because the parser has validated it. The
  /// arguments must not refer to memory of this map.
  void append_valid(std::string_view name, std::string_view value);

  /// Sets each header of the list. Collects the values of all set-cookie entries and sets them
  /// last.
  /// @throws exception as `set`.
  void set_all(http::header_list const& headers);

  /// Removes a header. The head writer then does not add a header of this name automatically.
  /// @return whether the header existed
  bool remove(std::string_view name);

  /// Merges the headers given to `write_head`.
  ///
  /// If no header was set since `clear`, adds all headers unchanged, including repeated names.
  /// Otherwise a list of pairs sets each header. A flat list first removes all headers whose names
  /// it contains and then adds its own, including repeated names.
  /// @throws exception as `set`.
  void merge(http::header_list const& headers);

  /// Returns the number of headers. A header with a list of values counts once.
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }

  bool contains(std::string_view name) const noexcept { return find(name) != npos; }

  /// Returns a copy of the value as it was set, or nothing if the header is not set.
  std::optional<http::header_value> get(std::string_view name) const;

  /// Returns a view of the value; for a list, of its first text. Returns nothing if the header is
  /// not set or its list is empty.
  std::optional<std::string_view> text(std::string_view name) const noexcept;

  /// Returns copies of all headers, with the names in lower case.
  http::header_list get_all() const;

  /// Returns the names in lower case, in the order of sending.
  std::vector<std::string> names() const;

  /// Returns the names with their original spelling, in the order of sending.
  std::vector<std::string> raw_names() const;

  /// Returns whether a field is marked as removed. `remove` marks Connection, Content-Length,
  /// Transfer-Encoding and Date.
  bool removed(field_id field) const noexcept { return (removed_ & bit(field)) != 0; }

  /// Prevents the head writer from adding a field automatically, as `remove` does.
  void mark_removed(field_id field) noexcept { removed_ |= bit(field); }
  /// Reverts `mark_removed`.
  void unmark_removed(field_id field) noexcept { removed_ &= ~bit(field); }

  /// Removes all headers and all removal marks. Keeps the memory.
  void clear() noexcept;

  /// Returns the allocated memory in bytes, used or not.
  std::size_t memory() const noexcept {
    return arena_.capacity() + entries_.capacity() * sizeof(entry) +
           nodes_.capacity() * sizeof(node) + index_.capacity() * sizeof(std::uint32_t);
  }

  /// Returns all field lines in wire format if the arena stores them contiguously and in order.
  ///
  /// Returns an empty view after a header was replaced, removed or set as a list; use
  /// `for_each_line` then.
  std::string_view contiguous_lines() const noexcept {
    return in_order_ ? std::string_view(arena_.data(), used_) : std::string_view();
  }

  /// Returns whether the arena can be sent unchanged: the lines are contiguous, there is no known
  /// field (see `field_id`), and no field is marked as removed.
  bool is_fast_path() const noexcept { return in_order_ && specials_ == 0 && removed_ == 0; }

  /// Returns the same, except that one field with one value is known: Host.
  bool is_fast_path_with_host() const noexcept {
    return in_order_ && specials_ == 1 && removed_ == 0 && has_one_host();
  }

  /// One field line to send.
  struct line {
    std::string_view name;
    std::string_view value;
    field_id field;
    bool more;         ///< whether another value of the same header follows
    bool first;        ///< whether this is the first value of the header
    std::uint32_t id;  ///< the index of the header
  };

  /// Calls `f(line)` for each value of each header, in order. Skips headers with an empty list.
  template <class F>
  void for_each_line(F&& f) const {
    for_each_line_if([](entry const&) { return true; }, f);
  }

  /// Calls `f(line)` for each value of the known fields only (see `field_id`).
  template <class F>
  void for_each_special_line(F&& f) const {
    if (specials_ != 0) {
      for_each_line_if([](entry const& e) { return e.field != field_id::none; }, f);
    }
  }

private:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t no_node = static_cast<std::uint32_t>(-1);
  enum class kind : std::uint8_t { text, number, list };

  struct entry {
    std::uint32_t name, name_size;
    std::uint32_t value, value_size;  // the first text
    std::uint32_t next, last;         // further texts: indexes into nodes_
    std::uint32_t count;
    std::uint16_t tag;  // see tag_of
    kind type;
    field_id field;
  };
  struct node {
    std::uint32_t value, value_size, next;
  };

  template <class Wanted, class F>
  void for_each_line_if(Wanted wanted, F& f) const {
    for (std::uint32_t i = 0; i != entries_.size(); ++i) {
      entry const& e = entries_[i];
      if (e.count == 0 || !wanted(e)) {
        continue;
      }
      std::string_view const name = view(e.name, e.name_size);
      f(line{name, view(e.value, e.value_size), e.field, e.next != no_node, true, i});
      for (std::uint32_t n = e.next; n != no_node; n = nodes_[n].next) {
        f(line{name, view(nodes_[n].value, nodes_[n].value_size), e.field,
               nodes_[n].next != no_node, false, i});
      }
    }
  }

  bool has_one_host() const noexcept {
    for (entry const& e : entries_) {
      if (e.field != field_id::none) {
        return e.field == field_id::host && e.count == 1;
      }
    }
    return false;
  }

  static constexpr unsigned bit(field_id field) noexcept {
    return 1U << static_cast<unsigned>(field);
  }
  std::string_view view(std::uint32_t at, std::uint32_t size) const noexcept {
    return {arena_.data() + at, size};
  }
  /// Returns a tag of size and last letter. Equal names have equal tags; most other names differ.
  static std::uint16_t tag_of(std::string_view name) noexcept {
    if (name.empty()) {
      return 0;
    }
    unsigned const last = static_cast<unsigned char>(name.back()) | 0x20U;
    return static_cast<std::uint16_t>((name.size() & 0xff) << 8 | last);
  }
  /// Returns the bit of a tag in `marks_`, a filter of the names that were added.
  static std::uint64_t mark_of(std::uint16_t tag) noexcept {
    return std::uint64_t{1} << ((tag ^ tag >> 8) & 63);
  }
  std::size_t find(std::string_view name) const noexcept {
    std::uint16_t const tag = tag_of(name);
    return (marks_ & mark_of(tag)) == 0 ? npos : find(name, tag);
  }
  std::size_t find(std::string_view name, std::uint16_t tag) const noexcept;
  std::size_t find_in_index(std::string_view name) const;
  std::uint32_t& slot_of(std::string_view name) const;
  void validate(std::string_view name, http::header_value_ref const& value) const;
  static kind type_of(http::header_value_ref const& value) noexcept;
  /// Returns the end of the used part of the arena, followed by at least `bytes` free bytes.
  char* make_room(std::size_t bytes) {
    if (arena_.size() - used_ < bytes) {
      grow(bytes);
    }
    return arena_.data() + used_;
  }
  /// Enlarges the arena by at least `bytes` bytes. @return the old arena
  std::string grow(std::size_t bytes);
  entry& push(std::string_view name, std::string_view text);
  bool set_fast_path(std::string_view name, std::string_view text, kind type);
  void remove_last(std::size_t at) noexcept;
  entry& push_into_new_arena(std::string_view name, std::string_view text, std::size_t line_size);
  void push(std::string_view name, http::header_value_ref const& value);
  bool borrows(std::string_view text) const noexcept;
  bool borrows(std::string_view name, http::header_value_ref const& value) const noexcept;
  std::uint32_t store(std::string_view text);
  void put(std::size_t at, std::string_view name, http::header_value_ref const& value);
  void add(std::string_view name, http::header_value_ref const& value);
  void add_text(entry& e, std::string_view text);
  void erase(std::size_t at);
  void compact();
  http::header_value value_of(entry const& e) const;

  std::string arena_;     // its size is the capacity for lines
  std::size_t used_ = 0;  // bytes of the arena in use
  std::vector<entry> entries_;
  std::vector<node> nodes_;
  std::size_t garbage_ = 0;
  std::uint64_t marks_ = 0;  // filter of the names that were added, see mark_of
  unsigned removed_ = 0;
  std::uint32_t specials_ = 0;
  bool in_order_ = true;  // the arena can be sent as it is
  bool touched_ = false;  // a header was set since `clear`
  bool relaxed_values_ = false;
  // If there are many headers: a hash table of the first `indexed_` entries. A slot contains the
  // index of an entry plus 1, or 0 if it is free.
  mutable std::uint32_t indexed_ = 0;
  mutable std::vector<std::uint32_t> index_;
};

}  // namespace anode::message
