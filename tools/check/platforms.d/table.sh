# shellcheck shell=bash disable=SC2154
# Sourced by tools/check/platforms, which sets the variables; not a program.

# table: the results as Markdown.
table() {
  local suite compiler boost words day
  day=$(cut -f2 "$results"/*.* 2>/dev/null | grep -Ex '[0-9-]{10}' | sort | tail -n1 || true)
  echo "As of ${day:-never}, commit $(git rev-parse --short "$commit"); a dash was not run."
  echo
  echo '| system | `tools/run` in a minbase | `tools/test` after it | installed: program to first answer |'
  echo '|---|---|---|---|'
  for suite in $suites; do
    facts "$suite"
    printf '| %s |' "$system"
    for words in run test consumers; do
      words=$(result "$suite/$words")
      printf ' %s |' "${words:-—}"
    done
    echo
  done
  echo
  echo '| system | compiler | standard library | Boost | release build | tests |'
  echo '|---|---|---|---|---|---|'
  for suite in $suites; do
    facts "$suite"
    for boost in $boosts; do
      for compiler in $compilers; do
        words=$(result "$suite/$compiler/$boost")
        printf '| %s | %s | %s | %s | %s |' "$system" "${compiler%:*}" \
          "$([[ $compiler == *:* ]] && echo libc++ || echo libstdc++)" "$boost" "${words:-—}"
        words=
        [[ $boost != "${boosts##* }" ]] || words=$(result "$suite/tests/$compiler")
        printf ' %s |\n' "${words:-—}"
      done
    done
  done
  echo
  for suite in bookworm sid; do
    facts "$suite"
    words=$(result "$suite/wraps")
    echo "All dependencies from their wraps, shared and static, on $system: ${words:-—}."
  done
}

write() {
  local page=docs/packaging.md
  grep -q '^<!-- platforms -->$' "$page" || die "$page lacks the mark for the table"
  table >"$page.table"
  sed -i -e "/^<!-- platforms -->\$/,/^<!-- end of platforms -->\$/{/^<!-- /!d}" \
    -e "/^<!-- platforms -->\$/r $page.table" "$page"
  rm "$page.table"
}
