# What `cmake --install` puts where: public headers below include/projections, static
# libraries, a CMake package, and a pkg-config file for what needs no database.
# docs/embedding.md tells how programs use them.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/projections")

# -- headers --------------------------------------------------------------------

include(PublicHeaders)
set(public_headers ${PROJECTIONS_DOORS} ${PROJECTIONS_BEHIND_DOORS})
# A backend that is not built has no headers.
if(NOT PROJECTIONS_WITH_SQLITE)
  list(FILTER public_headers EXCLUDE REGEX "^storage/sqlite/")
endif()
if(NOT PROJECTIONS_WITH_POSTGRESQL)
  list(FILTER public_headers EXCLUDE REGEX "^storage/postgres/")
endif()
foreach(header ${public_headers})
  get_filename_component(folder "${header}" DIRECTORY)
  install(FILES "${PROJECT_SOURCE_DIR}/${header}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/projections/${folder}")
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
