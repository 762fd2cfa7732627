# What `cmake --install` puts where: headers below include/projections, static
# libraries, a CMake package, and a pkg-config file for what needs no database.
# docs/embedding.md tells how programs use them.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/projections")

# -- headers --------------------------------------------------------------------

# What shows RapidJSON is of use to our sources only, and a backend that is not
# built has no headers.
set(left_out
  PATTERN json_parser.hpp EXCLUDE
  PATTERN request_sax_handler.hpp EXCLUDE
  PATTERN request_interpreter.hpp EXCLUDE)
if(NOT PROJECTIONS_WITH_SQLITE)
  list(APPEND left_out PATTERN sqlite_*.hpp EXCLUDE)
endif()
if(NOT PROJECTIONS_WITH_POSTGRESQL)
  list(APPEND left_out PATTERN postgres_*.hpp EXCLUDE)
endif()
foreach(folder ${PROJECTIONS_ROOMS})
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/projections"
    FILES_MATCHING PATTERN *.hpp ${left_out})
endforeach()

# -- libraries ------------------------------------------------------------------

# Each component of the package is a file of its own, so that a program looks
# for the dependencies of those components only that it asks for.
set(components base)
set_target_properties(projections_core PROPERTIES EXPORT_NAME core)
install(TARGETS projections projections_core EXPORT projections-base)
set(backends "")
foreach(backend sqlite postgres)
  if(TARGET projections_${backend})
    list(APPEND backends ${backend})
  endif()
endforeach()
foreach(part ${backends} stores)
  set_target_properties(projections_${part} PROPERTIES EXPORT_NAME ${part})
  install(TARGETS projections_${part} EXPORT projections-${part})
  list(APPEND components ${part})
endforeach()
foreach(part ${components})
  install(EXPORT projections-${part} NAMESPACE projections::
    DESTINATION "${package_dir}")
endforeach()
install(TARGETS projection-node)

# -- CMake package --------------------------------------------------------------

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/projections-config.cmake.in"
  "${PROJECT_BINARY_DIR}/projections-config.cmake"
  INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# Before version 1.0, each minor version may change what programs see.
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/projections-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/projections-config.cmake"
  "${PROJECT_BINARY_DIR}/projections-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindCAF.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindPqxx.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/FindXxHash.cmake"
  DESTINATION "${package_dir}")

# -- pkg-config -----------------------------------------------------------------

# CAF has no pkg-config file in every version, so its place is written out.
set(caf_place $<TARGET_PROPERTY:${CAF_CORE_TARGET},LOCATION>)
set(pkg_config_flags "")
if(PROJECTIONS_FIRST_TYPE_ID)
  set(pkg_config_flags
    " -DPROJECTIONS_FIRST_TYPE_ID=${PROJECTIONS_FIRST_TYPE_ID}")
endif()
set(caf_headers
  "$<TARGET_PROPERTY:${CAF_CORE_TARGET},INTERFACE_INCLUDE_DIRECTORIES>")
configure_file("${PROJECT_SOURCE_DIR}/cmake/projections.pc.in"
  "${PROJECT_BINARY_DIR}/projections.pc.in" @ONLY)
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/projections.pc"
  INPUT "${PROJECT_BINARY_DIR}/projections.pc.in")
install(FILES "${PROJECT_BINARY_DIR}/projections.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
