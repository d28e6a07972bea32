// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "web/vocabulary/tokens.hpp"

#include <anode/web/coding.hpp>

#include <algorithm>
#include <utility>

namespace anode::web {

namespace {

// Output that the ratio does not count: small bodies compress well by nature.
constexpr std::size_t free_output = 64 * 1024;

}  // namespace

struct content_decoder::stage {
  std::unique_ptr<decoder> decode{};
  std::size_t window = 0;
  std::uint64_t produced = 0;
  std::string_view input{};
  std::string output{};
};

content_decoder::content_decoder(codings const& known, std::string_view content_encoding,
                                 decoding_limits const& limits)
    : limits_(limits) {
  while (!content_encoding.empty()) {
    std::string_view const name = next_element(content_encoding);
    if (name.empty() || equal_nocase(name, "identity")) {
      continue;
    }
    coding const* const found = known.find(name);
    if (found == nullptr) {
      throw coding_error(coding_error::kind::unsupported, "unknown content coding");
    }
    if (stages_.size() == limits_.codings) {
      throw coding_error(coding_error::kind::unsupported, "too many content codings");
    }
    stages_.push_back({found->make_decoder(), std::max(found->window(), free_output)});
  }
  // The coding that was applied last is decoded first.
  std::ranges::reverse(stages_);
}

content_decoder::content_decoder(content_decoder&&) noexcept = default;
content_decoder& content_decoder::operator=(content_decoder&&) noexcept = default;
content_decoder::~content_decoder() = default;

bool content_decoder::is_identity() const noexcept { return stages_.empty(); }

void content_decoder::feed(std::string_view input) noexcept {
  received_ += input.size();
  if (stages_.empty()) {
    identity_ = input;
  } else {
    stages_.front().input = input;
  }
}

std::string_view content_decoder::next() {
  if (stages_.empty()) {
    std::string_view const piece = identity_.substr(0, piece_size);
    identity_.remove_prefix(piece.size());
    return piece;
  }
  pull(stages_.size() - 1);
  return stages_.back().output;
}

// Fills the output of a stage, unless its input is used up.
void content_decoder::pull(std::size_t index) {
  stage& s = stages_[index];
  s.output.clear();
  while (s.output.empty()) {
    if (s.input.empty() && index != 0) {
      pull(index - 1);
      s.input = stages_[index - 1].output;
    }
    // A decoder can hold output back for which there was no room. Therefore it runs without input
    // too.
    s.decode->decode(s.input, piece_size, s.output);
    s.produced += s.output.size();
    if (s.produced > limits_.output ||
        (s.produced > s.window && (s.produced - s.window) / limits_.ratio > received_)) {
      throw coding_error(coding_error::kind::too_large, "decoded body is too large");
    }
    if (s.output.empty() && s.input.empty() && (index == 0 || stages_[index - 1].output.empty())) {
      return;
    }
  }
}

void content_decoder::finish() {
  if (!std::ranges::all_of(stages_, [](stage const& s) { return s.decode->is_complete(); })) {
    throw coding_error(coding_error::kind::cut, "coded body without its end");
  }
}

}  // namespace anode::web
