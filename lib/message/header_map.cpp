// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/header_map.hpp"

#include "base/char_class.hpp"
#include "base/name_hash.hpp"
#include "base/string_writer.hpp"
#include "message/field_id.hpp"
#include "message/header_validation.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <functional>
#include <iterator>
#include <limits>
#include <random>
#include <stdexcept>

namespace anode::message {

namespace {

/// The arena is compacted only if at least this many bytes in it are unused.
constexpr std::size_t garbage_limit = 4096;

/// Up to this many headers are searched linearly. More are possible because a proxy copies the
/// fields that a peer sends.
constexpr std::size_t few_headers = 32;

std::size_t hash_of(std::string_view name) {
  static base::name_hash const hash = [] {
    std::random_device random;
    return base::name_hash(std::uint64_t{random()} << 32 | random());
  }();
  return hash(name);
}

void check_growth(std::size_t size, std::size_t more) {
  if (more > std::numeric_limits<std::uint32_t>::max() - size) {
    throw std::length_error("headers of more than 4 GiB");  // GCOVR_EXCL_LINE: needs 4 GiB
  }
}

}  // namespace

void header_map::validate(std::string_view name, http::header_value_ref const& value) const {
  if (!base::is_token(name)) {
    http::validate_header_name(name);
  }
  for (std::size_t i = 0; i != value.size(); ++i) {
    validate_value(name, value[i], relaxed_values_);
  }
}

header_map::kind header_map::type_of(http::header_value_ref const& value) noexcept {
  return value.is_list() ? kind::list : value.is_number() ? kind::number : kind::text;
}

void header_map::set(std::string_view name, http::header_value_ref const& value) {
  if (!value.is_list() && set_fast_path(name, value[0], type_of(value))) {
    return;
  }
  validate(name, value);
  put(find(name), name, value);
}

void header_map::append(std::string_view name, http::header_value_ref value) {
  if (!value.is_list() && set_fast_path(name, value[0], type_of(value))) {
    return;
  }
  validate(name, value);
  add(name, value);
}

void header_map::reserve(std::size_t lines, std::size_t bytes) {
  entries_.reserve(entries_.size() + lines);
  make_room(bytes);
}

void header_map::append_valid(std::string_view name, std::string_view value) {
  std::size_t const at = find(name);
  touched_ = true;
  if (at == npos) {
    push(name, value);
  } else {
    entries_[at].type = kind::list;
    add_text(entries_[at], value);
  }
}

void header_map::set_all(http::header_list const& headers) {
  for (auto const& [name, value] : headers) {
    validate(name, value);
  }
  bool first_cookie = true;
  for (auto const& [name, value] : headers) {
    if (!base::names_equal(name, "set-cookie")) {
      put(find(name), name, value);
    }
  }
  for (auto const& [name, value] : headers) {
    if (!base::names_equal(name, "set-cookie")) {
      continue;
    }
    if (first_cookie) {
      put(find(name), name, http::header_value_ref(std::span<std::string_view const>()));
    }
    first_cookie = false;
    add(name, value);
  }
}

bool header_map::remove(std::string_view name) {
  field_id const field = find_field_id(name);
  if (field == field_id::connection || field == field_id::content_length ||
      field == field_id::transfer_encoding || field == field_id::date) {
    mark_removed(field);
  }
  std::size_t const at = find(name);
  if (at == npos) {
    return false;
  }
  erase(at);
  return true;
}

void header_map::merge(http::header_list const& headers) {
  for (auto const& [name, value] : headers) {
    validate(name, value);
  }
  bool const as_given = !touched_;
  if (!as_given && headers.is_flat()) {
    for (auto const& [name, value] : headers) {
      remove(name);
    }
  }
  for (auto const& [name, value] : headers) {
    if (as_given) {
      put(npos, name, value);
    } else if (headers.is_flat()) {
      add(name, value);
    } else {
      put(find(name), name, value);
    }
  }
}

std::optional<http::header_value> header_map::get(std::string_view name) const {
  std::size_t const at = find(name);
  if (at == npos) {
    return std::nullopt;
  }
  return value_of(entries_[at]);
}

std::optional<std::string_view> header_map::text(std::string_view name) const noexcept {
  std::size_t const at = find(name);
  if (at == npos || entries_[at].count == 0) {
    return std::nullopt;
  }
  return view(entries_[at].value, entries_[at].value_size);
}

void header_map::clear() noexcept {
  used_ = 0;
  entries_.clear();
  nodes_.clear();
  garbage_ = 0;
  marks_ = 0;
  removed_ = 0;
  specials_ = 0;
  in_order_ = true;
  touched_ = false;
  indexed_ = 0;
}

// Returns the slot of a name in the index, or the free slot where the name belongs.
std::uint32_t& header_map::slot_of(std::string_view name) const {
  std::size_t const mask = index_.size() - 1;
  for (std::size_t at = hash_of(name) & mask;; at = (at + 1) & mask) {
    std::uint32_t& slot = index_[at];
    if (slot == 0) {
      return slot;
    }
    entry const& e = entries_[slot - 1];
    if (base::names_equal(view(e.name, e.name_size), name)) {
      return slot;
    }
  }
}

std::size_t header_map::find_in_index(std::string_view name) const {
  if (indexed_ == 0 || index_.size() < 2 * entries_.size()) {
    index_.assign(std::bit_ceil(4 * entries_.size()), 0);
    indexed_ = 0;
  }
  for (; indexed_ != entries_.size(); ++indexed_) {
    entry const& e = entries_[indexed_];
    std::uint32_t& slot = slot_of(view(e.name, e.name_size));
    if (slot == 0) {  // else the name is repeated, and its first entry counts
      slot = indexed_ + 1;
    }
  }
  return static_cast<std::size_t>(slot_of(name)) - 1;  // a free slot, 0, becomes npos
}

std::size_t header_map::find(std::string_view name, std::uint16_t tag) const noexcept {
  if (entries_.size() > few_headers) {
    try {
      return find_in_index(name);
    } catch (std::exception const&) {
      indexed_ = 0;  // no memory for the index: search linearly
    }
  }
  for (std::size_t i = 0; i != entries_.size(); ++i) {
    if (entries_[i].tag == tag &&
        base::names_equal(view(entries_[i].name, entries_[i].name_size), name)) {
      return i;
    }
  }
  return npos;
}

std::string header_map::grow(std::size_t bytes) {
  check_growth(used_, bytes);
  std::string larger;
  larger.reserve(std::max(used_ + bytes, 2 * arena_.size()));
  larger.append(arena_, 0, used_);
  larger.resize(larger.capacity());
  arena_.swap(larger);
  return larger;
}

std::uint32_t header_map::store(std::string_view text) {
  std::size_t const at = used_;
  base::put_text(make_room(text.size()), text);
  used_ += text.size();
  return static_cast<std::uint32_t>(at);
}

bool header_map::borrows(std::string_view text) const noexcept {
  std::less<> const before;
  return !text.empty() && !before(text.data(), arena_.data()) &&
         before(text.data(), arena_.data() + used_);
}

bool header_map::borrows(std::string_view name,
                         http::header_value_ref const& value) const noexcept {
  if (used_ == 0) {
    return false;
  }
  if (borrows(name)) {
    return true;
  }
  for (std::size_t i = 0; i != value.size(); ++i) {
    if (borrows(value[i])) {
      return true;
    }
  }
  return false;
}

void header_map::put(std::size_t at, std::string_view name, http::header_value_ref const& value) {
  if (at == npos && value.size() == 1) {
    touched_ = true;
    push(name, value[0]).type = type_of(value);
    return;
  }
  if (borrows(name, value)) {
    // The arguments refer to the arena, which may be moved or overwritten: copy them first.
    std::string const own_name(name);
    http::header_value const own_value(value);
    put(at, own_name, own_value);
    return;
  }
  touched_ = true;
  if (at == npos) {
    push(name, value);
    return;
  }
  in_order_ = false;
  entry& e = entries_[at];
  name.copy(arena_.data() + e.name, name.size());
  for (std::uint32_t n = e.next; n != no_node; n = nodes_[n].next) {
    garbage_ += nodes_[n].value_size + sizeof(node);
  }
  e.next = e.last = no_node;
  e.count = 0;
  e.type = type_of(value);
  if (value.size() != 0 && value[0].size() <= e.value_size) {
    std::size_t const size = value[0].copy(arena_.data() + e.value, e.value_size);
    garbage_ += e.value_size - size;
    e.value_size = static_cast<std::uint32_t>(size);
    e.count = 1;
  }
  for (std::size_t i = e.count; i < value.size(); ++i) {
    add_text(e, value[i]);
  }
  compact();
}

// Adds a new header if the arena has room for it, and validates name and value after the copy. This
// is faster because the wide functions may read the bytes before the copy. Arguments that refer to
// the arena stay valid because the arena does not grow. Returns false if the slow path is needed:
// the header exists, the arena has no room, or name or value are unusual or invalid.
bool header_map::set_fast_path(std::string_view name, std::string_view text, kind type) {
  std::size_t const at = used_;
  if (name.empty() || name.size() + text.size() + 4 > arena_.size() - at || find(name) != npos) {
    return false;
  }
  entry& e = push(name, text);
  char const* const begin = arena_.data() + at;
  char const* const end = arena_.data() + used_ - 2;
  if (used_ < 18 || base::skip_word_wide(begin, end) != begin + name.size() ||
      base::skip_value_wide(begin + name.size() + 2, end) != end) {
    remove_last(at);
    return false;
  }
  e.type = type;
  touched_ = true;
  return true;
}

// Reverts the last `push`, which started at the offset `at`.
void header_map::remove_last(std::size_t at) noexcept {
  if (entries_.back().field != field_id::none) {
    --specials_;
  }
  entries_.pop_back();
  used_ = at;
}

header_map::entry& header_map::push(std::string_view name, std::string_view text) {
  std::size_t const at = used_;
  std::size_t const line_size = name.size() + 2 + text.size() + 2;
  if (arena_.size() - at < line_size) {
    return push_into_new_arena(name, text, line_size);
  }
  char* to = arena_.data() + at;
  to = base::put_text(to, name);
  *to++ = ':';
  *to++ = ' ';
  to = base::put_text(to, text);
  *to++ = '\r';
  *to = '\n';
  used_ = at + line_size;

  entry& e = entries_.emplace_back();
  e.name = static_cast<std::uint32_t>(at);
  e.name_size = static_cast<std::uint32_t>(name.size());
  e.value = e.name + e.name_size + 2;
  e.value_size = static_cast<std::uint32_t>(text.size());
  e.next = e.last = no_node;
  e.count = 1;
  e.tag = tag_of(name);
  e.type = kind::text;
  e.field = find_field_id(name);
  marks_ |= mark_of(e.tag);
  if (e.field != field_id::none) {
    ++specials_;
  }
  return e;
}

header_map::entry& header_map::push_into_new_arena(std::string_view name, std::string_view text,
                                                   std::size_t line_size) {
  std::string const old = grow(line_size);  // the arguments may refer to it
  return push(name, text);
}

void header_map::push(std::string_view name, http::header_value_ref const& value) {
  bool const empty = value.size() == 0;
  entry& e = push(name, empty ? std::string_view() : value[0]);
  e.count = empty ? 0 : 1;
  e.type = type_of(value);
  if (value.size() != 1) {
    in_order_ = false;
  }
  for (std::size_t i = 1; i < value.size(); ++i) {
    add_text(e, value[i]);
  }
}

void header_map::add(std::string_view name, http::header_value_ref const& value) {
  std::size_t const at = find(name);
  if (at == npos) {
    put(npos, name, value);
    return;
  }
  if (borrows(name, value)) {
    http::header_value const own_value(value);
    add(std::string(name), own_value);
    return;
  }
  entries_[at].type = kind::list;
  for (std::size_t i = 0; i != value.size(); ++i) {
    add_text(entries_[at], value[i]);
  }
}

void header_map::add_text(entry& e, std::string_view text) {
  in_order_ = false;
  std::uint32_t const at = store(text);
  auto const size = static_cast<std::uint32_t>(text.size());
  if (e.count++ == 0) {
    garbage_ += e.value_size;
    e.value = at;
    e.value_size = size;
    return;
  }
  auto const n = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({at, size, no_node});
  (e.last == no_node ? e.next : nodes_[e.last].next) = n;
  e.last = n;
}

void header_map::erase(std::size_t at) {
  entry const& e = entries_[at];
  in_order_ = false;
  if (e.field != field_id::none) {
    --specials_;
  }
  garbage_ += e.name_size + e.value_size;
  for (std::uint32_t n = e.next; n != no_node; n = nodes_[n].next) {
    garbage_ += nodes_[n].value_size + sizeof(node);
  }
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  indexed_ = 0;
  compact();
}

void header_map::compact() {
  if (garbage_ < garbage_limit || garbage_ < used_ / 2) {
    return;
  }
  std::string bytes;
  std::vector<node> nodes;
  bytes.reserve(used_);
  auto const move = [&](std::uint32_t& at, std::uint32_t size) {
    auto const to = static_cast<std::uint32_t>(bytes.size());
    bytes.append(view(at, size));
    at = to;
  };
  for (entry& e : entries_) {
    move(e.name, e.name_size);
    move(e.value, e.value_size);
    std::uint32_t const first = e.next;
    e.next = e.last = no_node;
    for (std::uint32_t n = first; n != no_node; n = nodes_[n].next) {
      auto const at = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back({nodes_[n].value, nodes_[n].value_size, no_node});
      move(nodes.back().value, nodes.back().value_size);
      (e.last == no_node ? e.next : nodes[e.last].next) = at;
      e.last = at;
    }
  }
  arena_ = std::move(bytes);
  used_ = arena_.size();
  nodes_ = std::move(nodes);
  garbage_ = 0;
}

http::header_value header_map::value_of(entry const& e) const {
  if (e.type == kind::text) {
    return view(e.value, e.value_size);
  }
  if (e.type == kind::number) {
    return http::header_value::number(view(e.value, e.value_size));
  }
  std::vector<std::string> list;
  list.reserve(e.count);
  if (e.count != 0) {
    list.emplace_back(view(e.value, e.value_size));
  }
  for (std::uint32_t n = e.next; n != no_node; n = nodes_[n].next) {
    list.emplace_back(view(nodes_[n].value, nodes_[n].value_size));
  }
  return list;
}

}  // namespace anode::message
