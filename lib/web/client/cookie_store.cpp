// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/client/cookie_store.hpp"

#include "web/address/ip_address.hpp"
#include "web/vocabulary/tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace anode::web {

namespace {

std::string_view cookie_path_of(std::string_view target) noexcept {
  return target.substr(0, target.find('?'));
}

// Whether a cookie meets the promise of its name. Prefixes are compared without regard to case.
bool meets_prefix(std::string_view name, received_cookie const& c) {
  std::string const start = lower(name.substr(0, 9));
  if (start.starts_with("__host-")) {
    return c.secure && c.domain.empty() && c.path == "/";
  }
  return start != "__secure-" || c.secure;
}

bool by_use(stored_cookie const& a, stored_cookie const& b) noexcept { return a.used < b.used; }

}  // namespace

bool domain_matches(std::string_view host, std::string_view domain) noexcept {
  if (host == domain) {
    return true;
  }
  return !domain.empty() && host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !is_address_host(host);
}

bool path_matches(std::string_view target, std::string_view path) noexcept {
  std::string_view const own = cookie_path_of(target);
  return own.starts_with(path) &&
         (own.size() == path.size() || path.ends_with('/') || own[path.size()] == '/');
}

std::string_view default_cookie_path(std::string_view target) noexcept {
  std::string_view const path = cookie_path_of(target);
  std::size_t const slash = path.rfind('/');
  return !path.starts_with('/') || slash == 0 ? std::string_view("/") : path.substr(0, slash);
}

bool is_address_host(std::string_view host) noexcept {
  if (parse_ip_address(host)) {
    return true;
  }
  // The last label of a name is never a number (URL standard, "ends in a number").
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  std::string_view label = host.substr(host.rfind('.') + 1);
  bool const hex = label.starts_with("0x");
  if (hex) {
    label.remove_prefix(2);
  }
  return (hex || !label.empty()) && std::ranges::all_of(label, [hex](char c) {
           return is_digit(c) || (hex && c >= 'a' && c <= 'f');
         });
}

bool cookie_store::store(cookie_request const& of, std::string_view set_cookie,
                         std::chrono::sys_seconds now) {
  auto const received = parse_set_cookie(set_cookie, now);
  if (!received || of.host.empty() || (received->secure && !of.secure) ||
      !meets_prefix(received->name, *received)) {
    return false;
  }
  bool const needs_secure = received->partitioned || received->same_site == same_site::none;
  if (needs_secure && !received->secure) {
    return false;
  }
  std::lock_guard const lock(mutex_);
  bool host_only = received->domain.empty();
  if (!host_only && !accepts_domain(of.host, received->domain)) {
    if (received->domain != of.host) {
      return false;
    }
    host_only = true;  // a public suffix, or nobody knows: for the exact host it is harmless
  }
  stored_cookie c;
  c.name = received->name;
  c.value = received->value;
  c.path = received->path.empty() ? default_cookie_path(of.target) : received->path;
  c.persistent = received->expires.has_value();
  c.expires = received->expires.value_or(std::chrono::sys_seconds::max());
  c.host_only = host_only;
  c.secure = received->secure;
  c.http_only = received->http_only;
  std::string const domain(host_only ? of.host : std::string_view(received->domain));
  return !hides_secure(of, domain, c) && put(domain, std::move(c), now);
}

std::string cookie_store::header(cookie_request const& to, std::chrono::sys_seconds now) {
  std::lock_guard const lock(mutex_);
  std::vector<stored_cookie*> found;
  // The host and each domain above it.
  for (std::string_view domain = to.host; size_ != 0 && !domain.empty();) {
    if (auto const at = cookies_.find(domain); at != cookies_.end()) {
      for (stored_cookie& c : at->second) {
        bool const for_host =
            domain.size() == to.host.size() || (!c.host_only && domain_matches(to.host, domain));
        if (for_host && c.expires > now && (to.secure || !c.secure) &&
            path_matches(to.target, c.path)) {
          found.push_back(&c);
        }
      }
    }
    domain.remove_prefix(std::min(domain.find('.'), domain.size() - 1) + 1);
  }
  std::ranges::sort(found, [](stored_cookie const* a, stored_cookie const* b) {
    return a->path.size() != b->path.size() ? a->path.size() > b->path.size()
                                            : a->created < b->created;
  });
  std::string out;
  for (stored_cookie* const c : found) {
    if (out.size() + 2 + c->name.size() + 1 + c->value.size() > most_header) {
      break;
    }
    out += out.empty() ? "" : "; ";
    out.append(c->name).append("=").append(c->value);
    c->used = ++next_;
  }
  return out;
}

void cookie_store::set_public_suffixes(std::function<bool(std::string_view)> f) {
  std::lock_guard const lock(mutex_);
  is_public_suffix_ = std::move(f);
}

void cookie_store::set_trust_domains(bool on) {
  std::lock_guard const lock(mutex_);
  trust_domains_ = on;
}

void cookie_store::clear() {
  std::lock_guard const lock(mutex_);
  cookies_.clear();
  size_ = 0;
}

std::size_t cookie_store::size() const {
  std::lock_guard const lock(mutex_);
  return size_;
}

// Whether a cookie may be for a domain and the hosts below it.
bool cookie_store::accepts_domain(std::string_view host, std::string_view domain) const {
  if (!domain_matches(host, domain) || is_address_host(host) ||
      domain.find('.') == std::string_view::npos) {
    return false;
  }
  return is_public_suffix_ ? !is_public_suffix_(domain) : trust_domains_;
}

// Whether a cookie of http would replace or hide one that only https may set (section 5.7, "leave
// secure cookies alone").
bool cookie_store::hides_secure(cookie_request const& of, std::string_view domain,
                                stored_cookie const& c) const {
  if (of.secure) {
    return false;
  }
  return std::ranges::any_of(cookies_, [&](auto const& entry) {
    return (domain_matches(entry.first, domain) || domain_matches(domain, entry.first)) &&
           std::ranges::any_of(entry.second, [&](stored_cookie const& other) {
             return other.secure && other.name == c.name && path_matches(c.path, other.path);
           });
  });
}

// Adds, replaces or removes a cookie. Returns true.
bool cookie_store::put(std::string const& domain, stored_cookie c, std::chrono::sys_seconds now) {
  auto at = cookies_.find(domain);
  if (at != cookies_.end()) {
    std::vector<stored_cookie>& all = at->second;
    auto const old = std::ranges::find_if(all, [&](stored_cookie const& other) {
      return other.name == c.name && other.path == c.path && other.host_only == c.host_only;
    });
    if (old != all.end()) {
      // A changed cookie keeps its place in the order.
      c.created = old->created;
      if (c.expires > now) {
        c.used = ++next_;
        *old = std::move(c);
        return true;
      }
      all.erase(old);
      --size_;
      if (all.empty()) {
        cookies_.erase(at);
      }
      return true;
    }
  }
  if (c.expires <= now) {
    return true;
  }
  bool const full =
      size_ == most_cookies || (at != cookies_.end() && at->second.size() == most_of_domain);
  if (full) {
    remove_expired(now);
    at = cookies_.find(domain);
    if (at != cookies_.end() && at->second.size() == most_of_domain) {
      remove_oldest_of(at->second);
      --size_;
    } else if (size_ == most_cookies) {
      remove_oldest();
    }
  }
  c.created = c.used = ++next_;
  cookies_[domain].push_back(std::move(c));
  ++size_;
  return true;
}

void cookie_store::remove_expired(std::chrono::sys_seconds now) {
  for (auto at = cookies_.begin(); at != cookies_.end();) {
    size_ -= std::erase_if(at->second, [now](stored_cookie const& c) { return c.expires <= now; });
    at = at->second.empty() ? cookies_.erase(at) : std::next(at);
  }
}

void cookie_store::remove_oldest() {
  auto oldest = cookies_.begin();
  std::uint64_t used = UINT64_MAX;
  for (auto at = cookies_.begin(); at != cookies_.end(); ++at) {
    auto const first = std::ranges::min_element(at->second, by_use);
    if (first->used < used) {
      used = first->used;
      oldest = at;
    }
  }
  remove_oldest_of(oldest->second);
  --size_;
  if (oldest->second.empty()) {
    cookies_.erase(oldest);
  }
}

void cookie_store::remove_oldest_of(std::vector<stored_cookie>& cookies) {
  cookies.erase(std::ranges::min_element(cookies, by_use));
}

}  // namespace anode::web
