// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The data structures of the pool: records, lists and the heap of waiting origins. The decisions
// are in connection_pool.cpp.
#include "policy/connection_pool.hpp"

#include <utility>

namespace anode::policy {

namespace {

constexpr std::size_t spare_names_kept = 16;

std::uint32_t next_generation(std::uint32_t g) noexcept { return g + 1 == 0 ? 1 : g + 1; }

/// Returns the index of an unused record, or of a new record.
template <class Record>
std::uint32_t acquire_record(std::vector<Record>& records, std::vector<std::uint32_t>& unused) {
  if (unused.empty()) {
    records.emplace_back();
    unused.reserve(records.capacity());  // because releasing a record must not fail
    return static_cast<std::uint32_t>(records.size() - 1);
  }
  std::uint32_t const i = unused.back();
  unused.pop_back();
  return i;
}

}  // namespace

// Lists by index.

template <auto Link, class Record>
void connection_pool::append(list& l, std::vector<Record>& records, std::uint32_t i) noexcept {
  (records[i].*Link) = {l.tail, none};
  (l.tail == none ? l.head : (records[l.tail].*Link).next) = i;
  l.tail = i;
}

template <auto Link, class Record>
void connection_pool::unlink(list& l, std::vector<Record>& records, std::uint32_t i) noexcept {
  link const at = records[i].*Link;
  (at.prev == none ? l.head : (records[at.prev].*Link).next) = at.next;
  (at.next == none ? l.tail : (records[at.next].*Link).prev) = at.prev;
}

// Views.

connection_pool::origin_record const* connection_pool::find(std::string_view name) const noexcept {
  if (last_ != none && origins_[last_].name && *origins_[last_].name == name) {
    return &origins_[last_];
  }
  auto const it = names_.find(name);
  if (it == names_.end()) {
    return nullptr;
  }
  last_ = it->second;
  return &origins_[last_];
}

connection_pool::counts connection_pool::counts_of(std::string_view name) const noexcept {
  auto const* o = find(name);
  return o ? o->count : counts{};
}

socket_id connection_pool::next_free(std::string_view name) const noexcept {
  auto const* o = find(name);
  if (!o || o->free.head == none) {
    return {};
  }
  std::uint32_t const s =
      options_.scheduling == http::scheduling::fifo ? o->free.head : o->free.tail;
  return {s, sockets_[s].generation};
}

request_id connection_pool::request_of(socket_id id) const noexcept {
  if (!knows(id) || sockets_[id.index].request == none) {
    return {};
  }
  std::uint32_t const r = sockets_[id.index].request;
  return {r, requests_[r].generation};
}

socket_id connection_pool::socket_of(request_id id) const noexcept {
  if (!knows(id) || requests_[id.index].socket == none) {
    return {};
  }
  std::uint32_t const s = requests_[id.index].socket;
  return {s, sockets_[s].generation};
}

bool connection_pool::knows(socket_id id) const noexcept {
  return id.index < sockets_.size() && sockets_[id.index].state != socket_state::unused &&
         sockets_[id.index].generation == id.generation;
}

bool connection_pool::knows(request_id id) const noexcept {
  return id.index < requests_.size() && requests_[id.index].alive &&
         requests_[id.index].generation == id.generation;
}

// Origins.

std::uint32_t connection_pool::origin_of(std::string_view name) {
  if (auto const* o = find(name)) {
    return static_cast<std::uint32_t>(o - origins_.data());
  }
  std::uint32_t const i = acquire_record(origins_, unused_origins_);
  name_map::iterator at;
  if (spare_names_.empty()) {
    at = names_.emplace(name, i).first;
  } else {
    spare_names_.back().key() = name;
    spare_names_.back().mapped() = i;
    at = names_.insert(std::move(spare_names_.back())).position;
    spare_names_.pop_back();
  }
  origins_[i].name = &at->first;
  return i;
}

void connection_pool::drop_if_empty(std::uint32_t origin) {
  origin_record& o = origins_[origin];
  if (!o.name || o.count != counts{}) {
    return;
  }
  auto node = names_.extract(*o.name);
  o = {};
  if (spare_names_.size() < spare_names_kept) {
    spare_names_.push_back(std::move(node));
  }
  unused_origins_.push_back(origin);
}

void connection_pool::drop_empty() {
  for (std::uint32_t i = 0; i < origins_.size(); ++i) {
    drop_if_empty(i);
  }
}

// Requests.

std::uint32_t connection_pool::make_request(std::uint32_t origin) {
  std::uint32_t const i = acquire_record(requests_, unused_requests_);
  request_record& r = requests_[i];
  r.alive = true;
  r.waited = false;
  r.origin = origin;
  r.socket = none;
  r.arrival = arrivals_++;
  return i;
}

request_id connection_pool::remove_request(std::uint32_t request) {
  request_record& r = requests_[request];
  request_id const id{request, r.generation};
  r.alive = false;
  r.generation = next_generation(r.generation);
  unused_requests_.push_back(request);
  return id;
}

void connection_pool::enqueue(std::uint32_t request) {
  std::uint32_t const origin = requests_[request].origin;
  append<&request_record::of_queue>(origins_[origin].queue, requests_, request);
  ++origins_[origin].count.requests;
  ++totals_.requests;
  update_waiting(origin);
}

void connection_pool::dequeue(std::uint32_t request) {
  std::uint32_t const origin = requests_[request].origin;
  unlink<&request_record::of_queue>(origins_[origin].queue, requests_, request);
  --origins_[origin].count.requests;
  --totals_.requests;
  update_waiting(origin);
}

// Sockets.

connection_pool::list& connection_pool::list_of(std::uint32_t socket) noexcept {
  origin_record& o = origins_[sockets_[socket].origin];
  switch (sockets_[socket].state) {
    case socket_state::free:
      return o.free;
    default:
      return o.in_use;
  }
}

void connection_pool::move(std::uint32_t socket, socket_state to) noexcept {
  socket_record& s = sockets_[socket];
  if (s.state == to) {
    return;
  }
  counts& count = origins_[s.origin].count;
  if (s.state != socket_state::unused) {
    unlink<&socket_record::of_origin>(list_of(socket), sockets_, socket);
    if (s.state != socket_state::in_use) {
      unlink<&socket_record::of_age>(ages_, sockets_, socket);
    }
    --(s.state == socket_state::free ? count.free_sockets : count.sockets);
    --(s.state == socket_state::free ? totals_.free_sockets : totals_.sockets);
  }
  s.state = to;
  if (to != socket_state::unused) {
    append<&socket_record::of_origin>(list_of(socket), sockets_, socket);
    if (to != socket_state::in_use) {
      append<&socket_record::of_age>(ages_, sockets_, socket);
    }
    ++(to == socket_state::free ? count.free_sockets : count.sockets);
    ++(to == socket_state::free ? totals_.free_sockets : totals_.sockets);
  }
}

std::uint32_t connection_pool::make_socket(std::uint32_t request) {
  std::uint32_t const i = acquire_record(sockets_, unused_sockets_);
  socket_record& s = sockets_[i];
  s.connected = false;
  s.used = false;
  s.origin = requests_[request].origin;
  s.request = request;
  requests_[request].socket = i;
  move(i, socket_state::in_use);
  update_waiting(s.origin);
  return i;
}

request_id connection_pool::remove_socket(std::uint32_t socket) {
  socket_record& s = sockets_[socket];
  request_id r;
  if (s.request != none) {
    r = remove_request(s.request);
  }
  s.request = none;
  move(socket, socket_state::unused);
  s.generation = next_generation(s.generation);
  unused_sockets_.push_back(socket);
  update_waiting(s.origin);
  return r;
}

// The heap of origins whose oldest request is blocked by `max_total_sockets` only.

std::uint64_t connection_pool::arrival_of(std::uint32_t origin) const noexcept {
  return requests_[origins_[origin].queue.head].arrival;
}

void connection_pool::update_waiting(std::uint32_t origin) {
  origin_record& o = origins_[origin];
  bool const waits = o.queue.head != none && o.all_sockets() < options_.max_sockets;
  if (!waits && o.heap_index == none) {
    return;
  }
  if (!waits) {
    std::uint32_t const at = std::exchange(o.heap_index, none);
    std::uint32_t const last = waiting_heap_.back();
    waiting_heap_.pop_back();
    if (last == origin) {
      return;
    }
    set_heap_index(at, last);
    sift_up(at);
    sift_down(origins_[last].heap_index);
    return;
  }
  if (o.heap_index == none) {
    waiting_heap_.push_back(origin);
    o.heap_index = static_cast<std::uint32_t>(waiting_heap_.size() - 1);
    sift_up(o.heap_index);
  } else {
    sift_down(o.heap_index);  // the key, the arrival of the oldest request, can only increase
  }
}

void connection_pool::set_heap_index(std::uint32_t at, std::uint32_t origin) noexcept {
  waiting_heap_[at] = origin;
  origins_[origin].heap_index = at;
}

void connection_pool::sift_up(std::uint32_t at) noexcept {
  std::uint32_t const origin = waiting_heap_[at];
  while (at > 0) {
    std::uint32_t const parent = (at - 1) / 2;
    if (arrival_of(waiting_heap_[parent]) <= arrival_of(origin)) {
      break;
    }
    set_heap_index(at, waiting_heap_[parent]);
    at = parent;
  }
  set_heap_index(at, origin);
}

void connection_pool::sift_down(std::uint32_t at) noexcept {
  std::uint32_t const origin = waiting_heap_[at];
  for (;;) {
    std::size_t child = std::size_t{at} * 2 + 1;
    if (child >= waiting_heap_.size()) {
      break;
    }
    if (child + 1 < waiting_heap_.size() &&
        arrival_of(waiting_heap_[child + 1]) < arrival_of(waiting_heap_[child])) {
      ++child;
    }
    if (arrival_of(origin) <= arrival_of(waiting_heap_[child])) {
      break;
    }
    set_heap_index(at, waiting_heap_[child]);
    at = static_cast<std::uint32_t>(child);
  }
  set_heap_index(at, origin);
}

}  // namespace anode::policy
