# The port builds the tree that it is in. In a registry, vcpkg_download_distfile and
# vcpkg_extract_source_archive with the tarball of a release take the place of these two lines.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../.." ABSOLUTE)
message(STATUS "Using the sources in ${SOURCE_PATH}")

set(OPTIONS -Dtests=disabled -Dsamples=disabled -Dtoml=disabled)
foreach(feature IN ITEMS tls web proxy web-gzip web-brotli web-zstd web-signing web-psl)
  string(REPLACE "-" "_" option "${feature}")
  if(feature IN_LIST FEATURES)
    list(APPEND OPTIONS "-D${option}=enabled")
  else()
    list(APPEND OPTIONS "-D${option}=disabled")
  endif()
endforeach()

vcpkg_configure_meson(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS ${OPTIONS}
  # meson looks for Boost itself, without CMake and without pkg-config.
  ADDITIONAL_PROPERTIES "boost_root = '${CURRENT_INSTALLED_DIR}'"
)
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()

# vcpkg moves the CMake package to share/anode, from where it cannot find the libraries relative to itself.
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/anode)
vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/share/anode/anodeConfig.cmake"
  [[get_filename_component(_anode_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)]]
  [[set(_anode_libdir "${PACKAGE_PREFIX_DIR}/lib")]])
if(NOT DEFINED VCPKG_BUILD_TYPE)
  vcpkg_replace_string("${CURRENT_PACKAGES_DIR}/share/anode/anodeConfig.cmake"
    [[IMPORTED_LOCATION "${_anode_libdir}/${file}"]]
    [[IMPORTED_LOCATION "${_anode_libdir}/${file}"
      IMPORTED_LOCATION_DEBUG "${PACKAGE_PREFIX_DIR}/debug/lib/${file}"]])
endif()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE_1_0.txt")
