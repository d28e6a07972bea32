# shellcheck shell=bash
# Sourced by tools/check/interop: https with other TLS libraries and scanners as judges. Each case prints
# one line, and why it failed. A judge that is not installed is named at the end and passes nothing.

tls_passed=0
tls_failed=0
tls_missing=()
source "$(dirname "${BASH_SOURCE[0]}")/tls_server.sh"
source "$(dirname "${BASH_SOURCE[0]}")/tls_client.sh"

# authority NAME: makes the certificate NAME.pem of an authority, and NAME.key.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$pki/$1.key" -out "$pki/$1.pem" 2>"$out/pki.errors" ||
    die "openssl makes no certificate: $(cat "$out/pki.errors")"
}

# certificate NAME AUTHORITY NAMES USE [DAYS]: makes NAME.pem and NAME.key; USE is serverAuth or clientAuth.
certificate() {
  {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$pki/$1.key" \
      -out "$pki/$1.csr"
    printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$3" "$4" >"$pki/$1.extensions"
    openssl x509 -req -in "$pki/$1.csr" -CA "$pki/$2.pem" -CAkey "$pki/$2.key" -days "${5:-1}" \
      -extfile "$pki/$1.extensions" -out "$pki/$1.pem"
  } >"$out/pki.errors" 2>&1 || die "openssl makes no certificate: $(cat "$out/pki.errors")"
}

# tls_judge NAME [PROGRAM]: returns whether the program is installed, and notes if it is not.
tls_judge() {
  ! command -v "${2:-$1}" >/dev/null || return 0
  tls_missing+=("$1")
  return 1
}

# tls_case NAME COMMAND...: runs a case, which fails if one of its commands fails.
tls_case() {
  local name=$1 code=0 begin=$SECONDS
  shift
  set +e
  (
    set -e
    "$@"
  ) >"$out/case" 2>&1
  code=$?
  set -e
  if [[ $code == 0 ]]; then
    tls_passed=$((tls_passed + 1))
    echo "tls: $name: ok"
  else
    tls_failed=$((tls_failed + 1))
    echo "tls: $name: FAILED after $((SECONDS - begin)) s: $(tail -n 8 "$out/case")"
  fi
}

# ends CODE COMMAND...: the command must end with this code; its output is in `words`.
ends() {
  local want=$1 got=0
  shift
  timeout 60 "$@" >"$out/words" 2>&1 </dev/null || got=$?
  words=$(tr -d '\0' <"$out/words")
  [[ $got == "$want" ]] || die "expected code $want, got $got from '$*': $(tail -n 5 <<<"$words")"
}

# says TEXT...: `words` must contain each text.
says() {
  local text
  for text; do
    [[ $words == *"$text"* ]] || die "no '$text' in: $(tail -n 12 <<<"$words")"
  done
}

check_tls() {
  tls_judge openssl || {
    echo 'tls: nothing is checked, because the command openssl, which makes the certificates, is not installed'
    return 0
  }
  pki=$out/pki
  mkdir "$pki"
  authority root
  authority stranger
  authority people
  local own='DNS:localhost,DNS:good.test,IP:127.0.0.1'
  certificate good root "$own" serverAuth
  certificate other root DNS:other.test serverAuth
  certificate untrusted stranger "$own" serverAuth
  certificate for_clients root "$own" clientAuth
  certificate expired root "$own" serverAuth -1
  certificate ada people DNS:ada clientAuth
  certificate eve stranger DNS:eve clientAuth
  local with=(--port 0 --cert "$pki/good.pem" --key "$pki/good.key")
  start tls_hello "$samples/hello_server" "${with[@]}" --threads 2
  tls_url=$url tls_at=${url#https://}
  start tls_people "$samples/hello_server" "${with[@]}" --client-ca "$pki/people.pem"
  tls_people_url=$url
  start tls_echo "$samples/reverse_proxy" "${with[@]}" --upstream "$echo_url"
  tls_echo_url=$url
  start tls_forward "$samples/forward_proxy" --private "${with[@]}"
  tls_forward_url=$url
  check_tls_server
  check_tls_client
  check_tls_node
  local missing=
  [[ ${#tls_missing[@]} == 0 ]] || missing="; not installed: ${tls_missing[*]}"
  echo "tls: $tls_passed passed, $tls_failed failed$missing"
  [[ $tls_failed == 0 ]]
}
