# Warnings, sanitizers and the compiler cache, for every target of this project.

# -- warnings -----------------------------------------------------------------

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-align -Wcast-qual -Wextra-semi -Wimplicit-fallthrough)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wduplicated-cond -Wduplicated-branches -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 sees overlapping copies in `"literal" + std::string` where there
    # are none (GCC bug 105651).
    add_compile_options(-Wno-restrict)
  endif()
endif()

if(PROJECTIONS_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()

# -- sanitizers ---------------------------------------------------------------

if(PROJECTIONS_SANITIZE)
  add_compile_options(-fsanitize=${PROJECTIONS_SANITIZE}
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PROJECTIONS_SANITIZE})
  # Tests scale their limits of time and memory by this.
  add_compile_definitions(PROJECTIONS_SANITIZED)
  if(PROJECTIONS_SANITIZE MATCHES "undefined")
    # A finding has to fail the test, not only to be printed. The null check is
    # left out because the headers of CAF 0.17.6 trip it in correct programs:
    # spawning a function without arguments binds a reference to what the empty
    # shared_ptr that stands for them points to.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code hides initialisations from GCC's flow analysis.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()

# -- compiler cache -----------------------------------------------------------

find_program(PROJECTIONS_CCACHE ccache)
if(PROJECTIONS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header can only be cached if times and macros in it are not
  # compared; GCC must also be asked to keep a reference to it when it
  # preprocesses, and clang not to write a time into it. Paths count from the
  # source folder, so that one checkout gains from what was built in another.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=true
    "${PROJECTIONS_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
