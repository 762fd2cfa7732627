# Finds libpqxx 6, the C++ library of PostgreSQL, and libpq, the C library below
# it. Debian's libpqxx-dev has no CMake package, and its pkg-config file needs a
# program that a build does not need otherwise.
#
# Sets Pqxx_FOUND and defines two targets:
#   projections::pqxx   headers and library of libpqxx
#   projections::pq     headers and library of libpq

include(FindPackageHandleStandardArgs)

find_path(PQXX_INCLUDE_DIR pqxx/pqxx)
find_library(PQXX_LIBRARY pqxx)
find_path(PQ_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql)
find_library(PQ_LIBRARY pq)
mark_as_advanced(PQXX_INCLUDE_DIR PQXX_LIBRARY PQ_INCLUDE_DIR PQ_LIBRARY)

set(Pqxx_VERSION "")
if(PQXX_INCLUDE_DIR)
  file(STRINGS "${PQXX_INCLUDE_DIR}/pqxx/version.hxx" _pqxx_number
       REGEX "^#define PQXX_VERSION \"[0-9.]+\"")
  string(REGEX MATCH "[0-9.]+" Pqxx_VERSION "${_pqxx_number}")
endif()
set(_pqxx_advice "Install libpqxx-dev, or switch PROJECTIONS_WITH_POSTGRESQL off.")
set(_pqxx_is_supported FALSE)
if(Pqxx_VERSION VERSION_GREATER_EQUAL 6.4 AND Pqxx_VERSION VERSION_LESS 7)
  set(_pqxx_is_supported TRUE)
elseif(Pqxx_VERSION)
  # Version 7 took out what a connection of our own is made of.
  string(PREPEND _pqxx_advice "Found ${Pqxx_VERSION}, wanted 6.4 to 6.x. ")
endif()
find_package_handle_standard_args(Pqxx
  REQUIRED_VARS PQXX_LIBRARY PQXX_INCLUDE_DIR PQ_LIBRARY PQ_INCLUDE_DIR
    _pqxx_is_supported
  VERSION_VAR Pqxx_VERSION
  REASON_FAILURE_MESSAGE "${_pqxx_advice}")

if(Pqxx_FOUND AND NOT TARGET projections::pqxx)
  add_library(projections::pq UNKNOWN IMPORTED)
  set_target_properties(projections::pq PROPERTIES
    IMPORTED_LOCATION "${PQ_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PQ_INCLUDE_DIR}")
  add_library(projections::pqxx UNKNOWN IMPORTED)
  set_target_properties(projections::pqxx PROPERTIES
    IMPORTED_LOCATION "${PQXX_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PQXX_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES projections::pq)
endif()
