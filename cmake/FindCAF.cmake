# Finds the core library of the C++ Actor Framework, 0.17.6 or newer, and its
# io library where there is one.
#
# Newer versions bring a CMake package; it is taken where CMAKE_PREFIX_PATH or
# the system has one. Version 0.17.6, which Debian and Ubuntu ship as
# `libcaf-dev`, has none, so its header and library are looked for instead.
#
# Call it without a version: find_package would hand that on to CAF's own
# package, which calls only versions with the same first number compatible.
#
# Sets CAF_FOUND and CAF_VERSION and defines the same targets whichever it is:
#   projections::caf_core    headers and library of CAF's core
#   projections::caf_io      those for actors in other processes, if found

include(FindPackageHandleStandardArgs)
set(CAF_VERSION_MIN 0.17.6)

find_package(CAF CONFIG QUIET COMPONENTS core)

if(TARGET CAF::core)
  set(CAF_CORE_TARGET CAF::core)
  set(CAF_IO_TARGET CAF::io)
else()
  find_package(Threads REQUIRED)
  find_path(CAF_INCLUDE_DIR caf/config.hpp)
  find_library(CAF_CORE_LIBRARY caf_core)
  find_library(CAF_IO_LIBRARY caf_io)
  mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY CAF_IO_LIBRARY)
  set(CAF_VERSION "")
  set(CAF_CORE_TARGET "")
  set(CAF_IO_TARGET projections_caf_io_library)
  if(CAF_INCLUDE_DIR AND CAF_CORE_LIBRARY)
    # The header holds one number, major * 10000 + minor * 100 + patch.
    file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" _caf_number
         REGEX "^#define CAF_VERSION [0-9]+$")
    if(_caf_number MATCHES "([0-9]+)$")
      set(_caf_number ${CMAKE_MATCH_1})
      math(EXPR _caf_major "${_caf_number} / 10000")
      math(EXPR _caf_minor "${_caf_number} / 100 % 100")
      math(EXPR _caf_patch "${_caf_number} % 100")
      set(CAF_VERSION "${_caf_major}.${_caf_minor}.${_caf_patch}")
    endif()
    set(CAF_CORE_TARGET projections_caf_library)
    if(NOT TARGET ${CAF_CORE_TARGET})
      add_library(${CAF_CORE_TARGET} UNKNOWN IMPORTED)
      set_target_properties(${CAF_CORE_TARGET} PROPERTIES
        IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        INTERFACE_LINK_LIBRARIES Threads::Threads)
    endif()
    if(CAF_IO_LIBRARY AND NOT TARGET ${CAF_IO_TARGET})
      add_library(${CAF_IO_TARGET} UNKNOWN IMPORTED)
      set_target_properties(${CAF_IO_TARGET} PROPERTIES
        IMPORTED_LOCATION "${CAF_IO_LIBRARY}"
        INTERFACE_LINK_LIBRARIES ${CAF_CORE_TARGET})
    endif()
  endif()
endif()

set(_caf_advice "Install libcaf-dev, or name the prefix of a built CAF in")
string(APPEND _caf_advice " CMAKE_PREFIX_PATH.")
if(CAF_VERSION AND CAF_VERSION VERSION_LESS CAF_VERSION_MIN)
  set(CAF_CORE_TARGET "")
  string(PREPEND _caf_advice
    "Found ${CAF_VERSION}, wanted ${CAF_VERSION_MIN}. ")
endif()
find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_VERSION CAF_CORE_TARGET
  REASON_FAILURE_MESSAGE "${_caf_advice}")

if(CAF_FOUND AND NOT TARGET projections::caf_core)
  add_library(projections::caf_core INTERFACE IMPORTED)
  target_link_libraries(projections::caf_core INTERFACE ${CAF_CORE_TARGET})
endif()

if(CAF_FOUND AND TARGET ${CAF_IO_TARGET} AND NOT TARGET projections::caf_io)
  add_library(projections::caf_io INTERFACE IMPORTED)
  target_link_libraries(projections::caf_io INTERFACE
    ${CAF_IO_TARGET} projections::caf_core)
endif()
