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

/// The headers of a message that is yet to be sent: what `set_header` and its like write and what
/// the head writer reads.
///
/// One arena holds the field lines as they will be sent; `clear` keeps its memory, so that a reused
/// object allocates nothing, and lines that were only added leave in one copy. Look-up compares
/// lengths and letters along the list, which for the usual handful of headers beats a hash.
/// Everything is validated before anything changes: a call that throws has had no effect. Views are
/// valid until the next change.
///
/// **Node**: the headers of an `OutgoingMessage`, with its `_removedConnection`, `_removedContLen`,
/// `_removedTE` and `sendDate`.
class header_map {
public:
  /// Sets a header, replacing value and spelling of one that is there, at its place.
  void set(std::string_view name, http::header_value_ref const& value);

  /// Adds values behind those that the header has, or sets it. An empty list adds nothing.
  void append(std::string_view name, http::header_value_ref value);

  /// Makes room for field lines of so many bytes.
  void reserve(std::size_t lines, std::size_t bytes);

  /// The same for a field line that is known to be valid: one that was received and judged. It must
  /// not be of this object.
  void append_valid(std::string_view name, std::string_view value);

  /// Sets each header of the list; the values of set-cookie are collected and set last.
  void set_all(http::header_list const& headers);

  /// Removes a header. One that the head writer would add by itself then stays away.
  /// @return whether it was there.
  bool remove(std::string_view name);

  /// Takes the headers given to `write_head`: as they are, repetitions included, if none was ever
  /// set; else pairs set each header, and a flat list replaces what has its names and may repeat.
  void merge(http::header_list const& headers);

  /// Returns the number of headers; one that is a list counts once.
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }

  bool contains(std::string_view name) const noexcept { return find(name) != npos; }

  /// Returns a copy of the value as it was set, or nothing.
  std::optional<http::header_value> get(std::string_view name) const;

  /// Returns the value's text, of a list the first one, without copying, or nothing.
  std::optional<std::string_view> text(std::string_view name) const noexcept;

  /// Returns copies of all headers, with the names in lower case.
  http::header_list get_all() const;

  /// Returns the names in lower case, in the order in which they will be sent.
  std::vector<std::string> names() const;

  /// Returns the names as they were spelled, in the order in which they will be sent.
  std::vector<std::string> raw_names() const;

  /// Returns whether a special field was removed (and not set since).
  bool removed(field_id field) const noexcept { return (removed_ & bit(field)) != 0; }

  /// Keeps the head writer from adding a special field, as if the user had removed it.
  void mark_removed(field_id field) noexcept { removed_ |= bit(field); }
  void unmark_removed(field_id field) noexcept { removed_ &= ~bit(field); }

  /// Removes all headers and forgets removals; keeps the memory.
  void clear() noexcept;

  /// Returns how many bytes of memory this object holds, used or not.
  std::size_t memory() const noexcept {
    return arena_.capacity() + entries_.capacity() * sizeof(entry) +
           nodes_.capacity() * sizeof(node) + index_.capacity() * sizeof(std::uint32_t);
  }

  /// Returns the field lines as they are sent, if they lie in the arena like that: nothing was
  /// replaced, removed or given as a list. Else an empty view, and `for_each_line` has them.
  std::string_view contiguous_lines() const noexcept {
    return in_order_ ? std::string_view(arena_.data(), used_) : std::string_view();
  }

  /// Returns whether the lines can be sent as they lie in the arena, and neither they nor a removal
  /// say anything of connection, framing or date.
  bool is_fast_path() const noexcept { return in_order_ && specials_ == 0 && removed_ == 0; }

  /// One field line as it will be sent.
  struct line {
    std::string_view name;
    std::string_view value;
    field_id field;
    bool more;         ///< another value of the same header follows
    bool first;        ///< the first value of its header
    std::uint32_t id;  ///< the place of the header
  };

  /// Calls `f(line)` for each value of each header, in order. A list without texts makes no line.
  template <class F>
  void for_each_line(F&& f) const {
    for_each_line_if([](entry const&) { return true; }, f);
  }

  /// The same for the special fields only.
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
    std::uint32_t next, last;         // further texts, in nodes_
    std::uint32_t count;
    std::uint16_t tag;  // of the name, see tag_of
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

  static constexpr unsigned bit(field_id field) noexcept {
    return 1U << static_cast<unsigned>(field);
  }
  std::string_view view(std::uint32_t at, std::uint32_t size) const noexcept {
    return {arena_.data() + at, size};
  }
  /// Returns a number that equal names share; it tells most of the others apart.
  static std::uint16_t tag_of(std::string_view name) noexcept {
    if (name.empty()) {
      return 0;
    }
    unsigned const last = static_cast<unsigned char>(name.back()) | 0x20U;
    return static_cast<std::uint16_t>((name.size() & 0xff) << 8 | last);
  }
  /// Returns a bit that names with this tag share; most others have another one.
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
  static kind type_of(http::header_value_ref const& value) noexcept;
  /// Returns where the next bytes of the arena go, of which there are `bytes` at least.
  char* make_room(std::size_t bytes) {
    if (arena_.size() - used_ < bytes) {
      grow(bytes);
    }
    return arena_.data() + used_;
  }
  /// Makes the arena larger. @return what it was before
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

  std::string arena_;     // all of it may be written to
  std::size_t used_ = 0;  // bytes of it
  std::vector<entry> entries_;
  std::vector<node> nodes_;
  std::size_t garbage_ = 0;
  std::uint64_t marks_ = 0;  // of all names that were added, see mark_of
  unsigned removed_ = 0;
  std::uint32_t specials_ = 0;
  bool in_order_ = true;  // the arena is what will be sent
  bool touched_ = false;
  // Of many headers, a hash table of the first `indexed_`: their places plus 1; 0 is a free slot.
  mutable std::uint32_t indexed_ = 0;
  mutable std::vector<std::uint32_t> index_;
};

}  // namespace anode::message
