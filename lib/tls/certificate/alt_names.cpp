// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/alt_names.hpp"

#include "tls/context/openssl_ptr.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace anode::tls {
namespace {

std::string_view text_of(ASN1_STRING const* s) noexcept {
  return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(s)),
          static_cast<std::size_t>(ASN1_STRING_length(s))};
}

// Returns whether a value can be written as it is. Otherwise it could look like several names.
bool is_safe(std::string_view value, bool utf8) noexcept {
  return std::none_of(value.begin(), value.end(), [utf8](char c) {
    auto const byte = static_cast<unsigned char>(c);
    bool const visible = byte >= 0x20 && byte != 0x7f && (utf8 || byte < 0x7f);
    return !visible || c == '"' || c == '\\' || c == ',' || c == '\'';
  });
}

// Appends a value in Node's form.
// @param utf8  bytes from 0x80 are UTF-8; otherwise they are Latin-1 and are escaped
void append_value(std::string& to, std::string_view value, bool utf8,
                  std::string_view prefix = {}) {
  if (is_safe(value, utf8)) {
    to += prefix;
    to += value;
    return;
  }
  to += '"';
  to += prefix;
  for (char const c : value) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '"') {
      to += '\\';
      to += c;
    } else if ((byte >= 0x20 && byte < 0x7f && c != ',') || (utf8 && byte >= 0x80)) {
      to += c;
    } else {
      constexpr char hex[] = "0123456789abcdef";
      to += "\\u00";
      to += hex[byte >> 4];
      to += hex[byte & 15];
    }
  }
  to += '"';
}

// Node writes IPv6 addresses in full, without "::".
void append_address(std::string& to, std::string_view bytes) {
  char text[64];
  if (bytes.size() == 4) {
    auto const at = [&](std::size_t i) { return unsigned{static_cast<unsigned char>(bytes[i])}; };
    std::snprintf(text, sizeof text, "%u.%u.%u.%u", at(0), at(1), at(2), at(3));
    to += text;
  } else if (bytes.size() == 16) {
    for (std::size_t i = 0; i != 16; i += 2) {
      unsigned const pair = unsigned{static_cast<unsigned char>(bytes[i])} << 8 |
                            static_cast<unsigned char>(bytes[i + 1]);
      std::snprintf(text, sizeof text, i == 0 ? "%X" : ":%X", pair);
      to += text;
    }
  } else {
    to += "<invalid length=" + std::to_string(bytes.size()) + '>';
  }
}

std::string canonical_address(std::string_view bytes) {
  namespace ip = boost::asio::ip;
  if (bytes.size() == 4) {
    ip::address_v4::bytes_type b;
    std::copy(bytes.begin(), bytes.end(), b.begin());
    return ip::address_v4(b).to_string();
  }
  if (bytes.size() == 16) {
    ip::address_v6::bytes_type b;
    std::copy(bytes.begin(), bytes.end(), b.begin());
    return ip::address_v6(b).to_string();
  }
  return {};
}

void append_directory_name(std::string& to, X509_NAME const* name) {
  constexpr unsigned long flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB & ~ASN1_STRFLGS_ESC_CTRL;
  bio_ptr const out{BIO_new(BIO_s_mem())};
  if (!out || X509_NAME_print_ex(out.get(), name, 0, flags) < 0) {
    return;
  }
  char* data = nullptr;
  long const size = BIO_get_mem_data(out.get(), &data);
  append_value(to, {data, static_cast<std::size_t>(size)}, true);
}

void append_other_name(std::string& to, OTHERNAME const* name) {
  struct kind {
    int nid;
    std::string_view prefix;
    int type;
  };
  constexpr kind kinds[] = {
      {NID_id_on_SmtpUTF8Mailbox, "SmtpUTF8Mailbox:", V_ASN1_UTF8STRING},
      {NID_XmppAddr, "XmppAddr:", V_ASN1_UTF8STRING},
      {NID_SRVName, "SRVName:", V_ASN1_IA5STRING},
      {NID_ms_upn, "UPN:", V_ASN1_UTF8STRING},
      {NID_NAIRealm, "NAIRealm:", V_ASN1_UTF8STRING},
  };
  int const nid = OBJ_obj2nid(name->type_id);
  for (kind const& k : kinds) {
    if (k.nid == nid && k.type == name->value->type) {
      to += "othername:";
      append_value(to, text_of(name->value->value.asn1_string), k.type == V_ASN1_UTF8STRING,
                   k.prefix);
      return;
    }
  }
  to += "othername:<unsupported>";
}

void append_name(std::string& to, GENERAL_NAME const* name) {
  switch (name->type) {
    case GEN_DNS:
      to += "DNS:";
      append_value(to, text_of(name->d.dNSName), false);
      break;
    case GEN_EMAIL:
      to += "email:";
      append_value(to, text_of(name->d.rfc822Name), false);
      break;
    case GEN_URI:
      to += "URI:";
      append_value(to, text_of(name->d.uniformResourceIdentifier), false);
      break;
    case GEN_DIRNAME:
      to += "DirName:";
      append_directory_name(to, name->d.directoryName);
      break;
    case GEN_IPADD:
      to += "IP Address:";
      append_address(to, text_of(name->d.iPAddress));
      break;
    case GEN_RID: {
      char text[256];
      OBJ_obj2txt(text, sizeof text, name->d.registeredID, 1);
      to += "Registered ID:";
      to += text;
      break;
    }
    case GEN_OTHERNAME:
      append_other_name(to, name->d.otherName);
      break;
    case GEN_X400:
      to += "X400Name:<unsupported>";
      break;
    default:
      to += "EdiPartyName:<unsupported>";
      break;
  }
}

// Appends an element to a list, or "..." if the list would be longer than `most`.
void append_element(std::string& list, std::string const& element, std::size_t most, bool& full) {
  if (full) {
    return;
  }
  list += list.empty() ? "" : ", ";
  full = element.size() > most || list.size() > most - element.size();
  list += full ? "..." : element;
}

}  // namespace

alt_names read_alt_names(X509 const* from, std::size_t most) {
  alt_names out;
  clean_error_queue const clean;
  general_names_ptr const names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(from, NID_subject_alt_name, nullptr, nullptr))};
  bool text_full = false;
  bool addresses_full = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    GENERAL_NAME const* const name = sk_GENERAL_NAME_value(names.get(), i);
    out.has_dns = out.has_dns || name->type == GEN_DNS;
    if (!text_full) {
      std::string element;
      append_name(element, name);
      append_element(out.text, element, most, text_full);
    }
    if (name->type == GEN_IPADD) {
      append_element(out.addresses, canonical_address(text_of(name->d.iPAddress)), most,
                     addresses_full);
    }
  }
  return out;
}

}  // namespace anode::tls
