# The project's own target functions: every library, program and unit test is declared through these, so that
# the language level, the warnings and the layering are said once.
include_guard()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON) # TRY is a GNU statement expression
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(MASU_WERROR "Treat warnings as errors" OFF)
option(MASU_TESTS "Build unit tests (needs GoogleTest)" ON)

# Nothing unwinds across clone, and the throwing half of the library is banned by the build (ARCHITECTURE.md).
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-gnu-statement-expression
                    -Wno-missing-field-initializers $<$<BOOL:${MASU_WERROR}>:-Werror>)

# The layers, lowest first. A target may link only targets of a lower layer.
set(MASU_LAYER_base 0)
set(MASU_LAYER_sys 1)
set(MASU_LAYER_json 1)
set(MASU_LAYER_cli 1)
set(MASU_LAYER_spec 2)
set(MASU_LAYER_cgroups 3)
set(MASU_LAYER_seccomp 3)
set(MASU_LAYER_container 4)
set(MASU_LAYER_apps 5)

function(masu_check_layers target layer)
  foreach(dependency IN LISTS ARGN)
    if(dependency MATCHES "^masu::(.+)$")
      set(name ${CMAKE_MATCH_1})
      if(NOT DEFINED MASU_LAYER_${name})
        message(FATAL_ERROR "${target} links ${dependency}, which has no layer in cmake/MasuTargets.cmake")
      endif()
      if(NOT MASU_LAYER_${name} LESS ${layer})
        message(FATAL_ERROR "${target} (layer ${layer}) links ${dependency} (layer ${MASU_LAYER_${name}}): "
                            "a library uses only what lies below it")
      endif()
    endif()
  endforeach()
endfunction()

# masu_library(<name> SOURCES … [DEPENDS masu::…] [PRIVATE_DEPENDS …] [TESTS src/…_test.cc …] [TEST_DEPENDS …])
function(masu_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS;TESTS;TEST_DEPENDS" ${ARGN})
  masu_check_layers(masu::${name} ${MASU_LAYER_${name}} ${ARG_DEPENDS} ${ARG_PRIVATE_DEPENDS})
  add_library(masu_${name} STATIC ${ARG_SOURCES})
  add_library(masu::${name} ALIAS masu_${name})
  set_target_properties(masu_${name} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME masu-${name})
  target_compile_options(masu_${name} PRIVATE -fno-exceptions -fno-rtti)
  target_include_directories(masu_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)
  target_include_directories(masu_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(masu_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(MASU_TESTS AND ARG_TESTS)
    masu_unit_test(${name}_test SOURCES ${ARG_TESTS} DEPENDS masu::${name} ${ARG_TEST_DEPENDS})
    target_include_directories(${name}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  endif()
endfunction()

# masu_program(<name> SOURCES … DEPENDS …)
function(masu_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  masu_check_layers(${name} ${MASU_LAYER_apps} ${ARG_DEPENDS})
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
endfunction()

# masu_unit_test(<name> SOURCES … DEPENDS …): GoogleTest, one CTest entry a case.
function(masu_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gtest GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
endfunction()
