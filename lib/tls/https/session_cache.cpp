// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/https/session_cache.hpp"

#include <iterator>
#include <utility>

namespace anode::tls {

void session_cache::add(std::string_view key, session_ptr session) {
  if (most_ == 0 || SSL_SESSION_is_resumable(session.get()) != 1) {
    return;
  }
  position e;
  if (auto const found = index_.find(key); found != index_.end()) {
    e = found->second;
    entries_.splice(entries_.begin(), entries_, e);
    e->sessions.push_back(std::move(session));
  } else {
    // An entry has a session and a place in the index, also if there is no memory.
    entry fresh{std::string(key), {}};
    fresh.sessions.push_back(std::move(session));
    entries_.push_front(std::move(fresh));
    e = entries_.begin();
    try {
      index_.emplace(e->key, e);
    } catch (...) {
      entries_.pop_front();
      throw;
    }
  }
  ++size_;
  if (e->sessions.size() > most_of_key) {
    e->sessions.pop_front();
    --size_;
  }
  while (size_ > most_) {
    position const last = std::prev(entries_.end());
    last->sessions.pop_front();
    --size_;
    if (last->sessions.empty()) {
      erase(last);
    }
  }
}

session_ptr session_cache::take(std::string_view key) {
  auto const found = index_.find(key);
  if (found == index_.end()) {
    return nullptr;
  }
  position const e = found->second;
  entries_.splice(entries_.begin(), entries_, e);
  SSL_SESSION* const newest = e->sessions.back().get();
  if (SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) {
    SSL_SESSION_up_ref(newest);
    return session_ptr(newest);
  }
  session_ptr taken = std::move(e->sessions.back());
  e->sessions.pop_back();
  --size_;
  if (e->sessions.empty()) {
    erase(e);
  }
  return taken;
}

void session_cache::drop(std::string_view key) {
  if (auto const found = index_.find(key); found != index_.end()) {
    erase(found->second);
  }
}

void session_cache::erase(position e) {
  size_ -= e->sessions.size();
  index_.erase(e->key);
  entries_.erase(e);
}

}  // namespace anode::tls
