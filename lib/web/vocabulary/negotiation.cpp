// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/vocabulary/quality.hpp"
#include "web/vocabulary/tokens.hpp"

#include <anode/web/media_type.hpp>

namespace anode::web {
namespace {

/// How well a range matches an offer: 0 not at all, more is more specific.
using match_function = unsigned (*)(std::string_view range, std::string_view offer);

unsigned match_type(std::string_view range, std::string_view offer) {
  if (equal_nocase(range, offer)) {
    return 3;
  }
  if (range == "*/*" || range == "*") {
    return 1;
  }
  bool const family =
      range.ends_with("/*") && offer.size() >= range.size() - 1 &&
      equal_nocase(range.substr(0, range.size() - 1), offer.substr(0, range.size() - 1));
  return family ? 2 : 0;
}

unsigned match_token(std::string_view range, std::string_view offer) {
  if (equal_nocase(range, offer)) {
    return 2;
  }
  return range == "*" ? 1 : 0;
}

unsigned match_language(std::string_view range, std::string_view offer) {
  if (range == "*") {
    return 1;
  }
  bool const prefix = range.size() >= offer.size() && !offer.empty() &&
                      equal_nocase(range.substr(0, offer.size()), offer) &&
                      (range.size() == offer.size() || range[offer.size()] == '-');
  // Of two ranges that both match, the one with fewer subtags behind the offer is more specific.
  return prefix
             ? 1000 - static_cast<unsigned>(std::min<std::size_t>(range.size() - offer.size(), 900))
             : 0;
}

/// Returns the quality of an offer in thousandths; nothing if no range matches.
std::optional<unsigned> quality_of(std::string_view accept, std::string_view offer,
                                   match_function match) {
  std::optional<unsigned> found;
  unsigned best = 0;
  quality_reader reader(accept);
  weighted_element element;
  while (reader.next(element)) {
    // Offers have no parameters, therefore a range without them is more specific.
    unsigned const rank = match(element.range, offer);
    unsigned const how = rank == 0 ? 0 : rank * 2 - (element.parameters ? 1 : 0);
    if (how > best) {
      best = how;
      found = element.quality;
    }
  }
  return found;
}

std::optional<std::string_view> choose(std::string_view accept,
                                       std::span<std::string_view const> offers,
                                       match_function match) {
  std::optional<std::string_view> chosen;
  unsigned most = 0;
  for (std::string_view const offer : offers) {
    unsigned const quality = quality_of(accept, offer, match).value_or(0);
    if (quality > most) {
      most = quality;
      chosen = offer;
    }
  }
  return chosen;
}

std::optional<std::string_view> first_of(std::span<std::string_view const> offers) {
  return offers.empty() ? std::nullopt : std::optional(offers.front());
}

}  // namespace

std::optional<std::string_view> accept_type(std::string_view accept,
                                            std::span<std::string_view const> offers) {
  return trim(accept).empty() ? first_of(offers) : choose(accept, offers, match_type);
}

std::optional<std::string_view> accept_encoding(std::string_view accept,
                                                std::span<std::string_view const> offers) {
  constexpr std::string_view identity = "identity";
  // An unnamed identity is acceptable, but any named coding is better.
  unsigned const plain = quality_of(accept, identity, match_token).value_or(1);
  std::optional<std::string_view> chosen;
  unsigned most = 0;
  for (std::string_view const offer : offers) {
    unsigned const quality =
        offer == identity ? plain : quality_of(accept, offer, match_token).value_or(0);
    if (quality > most) {
      most = quality;
      chosen = offer;
    }
  }
  if (most >= plain && chosen) {
    return chosen;
  }
  return plain > 0 ? std::optional(identity) : std::nullopt;
}

std::optional<std::string_view> accept_language(std::string_view accept,
                                                std::span<std::string_view const> offers) {
  return trim(accept).empty() ? first_of(offers) : choose(accept, offers, match_language);
}

}  // namespace anode::web
