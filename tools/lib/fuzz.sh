# Sourced by tools/fuzz and tools/node/fuzz/against_node; not a program.

# compile DIR COMPILER FLAGS SOURCE...: compiles each source to an object in DIR, two at a time.
# ccache, if installed, makes this fast when little has changed.
compile() {
  local dir=$1 compiler=$2 flags=$3
  shift 3
  mkdir -p "$dir"
  command -v ccache >/dev/null && compiler="ccache $compiler"
  local source
  for source in "$@"; do
    printf '%s -c %s -Iinclude -Ilib -Itest %s -o %s\0' \
      "$compiler" "$flags" "$source" "$dir/$(tr / . <<<"${source%.cpp}").o"
  done | xargs -0 -n 1 -P "${ANODE_JOBS:-2}" bash -c 'set -f; exec $0' || die "the build in $dir failed"
}

# pure_library DIR COMPILER FLAGS: builds DIR/pure.a from the folders without Asio.
pure_library() {
  local dir=$1
  rm -rf "$dir/objects"
  compile "$dir/objects" "$2" "$3" lib/{base,preface,message,http1,policy}/*.cpp \
    lib/proxy/{hello,rules,selection,socks}/*.cpp \
    lib/web/{address,cookie,routing,vocabulary}/*.cpp \
    lib/web/body/{disposition_reader,multipart_reader,part_head}.cpp
  rm -f "$dir/pure.a"
  ar crs "$dir/pure.a" "$dir"/objects/*.o
}

# whole_library DIR COMPILER FLAGS: makes DIR/whole.a of the other folders; the pure ones are DIR/pure.a.
# Each folder is one source, because most of the compile time goes into Asio's headers.
whole_library() {
  local dir=$1 layer sources=() source
  rm -rf "$dir/whole_objects"
  mkdir -p "$dir/layers"
  for layer in runtime transport service stream exchange server client relay testing proxy/{upstream,forward,tunnel}; do
    source=$dir/layers/${layer/\//_}.cpp
    sources+=("$source")
    (
      shopt -s nullglob
      cd lib && printf '#include "%s"\n' "$layer"/*.cpp "$layer"/*/*.cpp
    ) >"$source"
  done
  compile "$dir/whole_objects" "$2" "$3" "${sources[@]}"
  rm -f "$dir/whole.a"
  ar crs "$dir/whole.a" "$dir"/whole_objects/*.o
}
