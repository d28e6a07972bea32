// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/rules/client_key.hpp"

#include <anode/proxy/client_limit.hpp>

#include <map>
#include <utility>

namespace anode::proxy {

struct client_limit::permit::counts {
  // A hash table would be slow if clients chose addresses whose hashes are equal.
  std::map<std::string, std::size_t> of;
};

client_limit::permit::permit(permit&& other) noexcept = default;

client_limit::permit& client_limit::permit::operator=(permit&& other) noexcept {
  permit old = std::move(*this);
  counts_ = std::exchange(other.counts_, nullptr);
  client_ = std::move(other.client_);
  return *this;
}

client_limit::permit::~permit() {
  if (counts_) {
    auto const found = counts_->of.find(client_);
    if (--found->second == 0) {
      counts_->of.erase(found);
    }
  }
}

client_limit::client_limit(std::size_t most)
    : most_(most), counts_(std::make_shared<permit::counts>()) {}
client_limit::client_limit(client_limit const&) noexcept = default;
// A move leaves the other handle usable.
client_limit::client_limit(client_limit&& other) noexcept
    : most_(other.most_), counts_(other.counts_) {}
client_limit& client_limit::operator=(client_limit const&) noexcept = default;
client_limit& client_limit::operator=(client_limit&& other) noexcept {
  return *this = static_cast<client_limit const&>(other);
}
client_limit::~client_limit() = default;

client_limit::permit client_limit::begin(std::string_view address) const {
  permit p;
  p.client_ = rules::client_key(address);
  std::size_t& count = counts_->of[p.client_];
  if (count < most_) {
    ++count;
    p.counts_ = counts_;
  } else if (count == 0) {
    counts_->of.erase(p.client_);
  }
  return p;
}

std::size_t client_limit::clients() const noexcept { return counts_->of.size(); }

}  // namespace anode::proxy
