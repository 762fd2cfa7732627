# Finds xxHash, whose Debian package libxxhash-dev has no CMake package. The
# header is needed to build the libraries only; programs that use them link the
# library.
#
# Sets XxHash_FOUND and defines one target:
#   projections::xxhash    headers and library of xxHash

include(FindPackageHandleStandardArgs)

find_path(XXHASH_INCLUDE_DIR xxhash.h)
find_library(XXHASH_LIBRARY xxhash)
mark_as_advanced(XXHASH_INCLUDE_DIR XXHASH_LIBRARY)

find_package_handle_standard_args(XxHash
  REQUIRED_VARS XXHASH_LIBRARY XXHASH_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Install libxxhash-dev.")

if(XxHash_FOUND AND NOT TARGET projections::xxhash)
  add_library(projections::xxhash UNKNOWN IMPORTED)
  set_target_properties(projections::xxhash PROPERTIES
    IMPORTED_LOCATION "${XXHASH_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${XXHASH_INCLUDE_DIR}")
endif()
