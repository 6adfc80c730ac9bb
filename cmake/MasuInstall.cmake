# What `cmake --install` puts where (GNUInstallDirs): the runtime with its manual page and completions; and, from a build
# for development, the libraries with a CMake package and a pkg-config file each. Components: runtime,
# manual, libraries.
include_guard()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The archives of a static build hold one compiler's own intermediate code and are of no use to others.
if(MASU_STATIC)
  set(MASU_INSTALLS_LIBRARIES OFF)
else()
  set(MASU_INSTALLS_LIBRARIES ON)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON) # for others' shared libraries, and for our own
endif()
set(masu_package ${CMAKE_INSTALL_LIBDIR}/cmake/Masu)

# A library with its public headers.
function(masu_install_target target)
  install(TARGETS ${target} EXPORT masu
          ARCHIVE COMPONENT libraries DESTINATION ${CMAKE_INSTALL_LIBDIR}
          LIBRARY COMPONENT libraries DESTINATION ${CMAKE_INSTALL_LIBDIR}
          FILE_SET HEADERS COMPONENT libraries DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endfunction()

# masu_install_library(<name> masu::…): the library, and masu-<name>.pc, which asks for those of the libraries it links.
function(masu_install_library name)
  if(NOT MASU_INSTALLS_LIBRARIES)
    return()
  endif()
  masu_install_target(masu_${name})
  list(TRANSFORM ARGN REPLACE "^masu::" "masu-" OUTPUT_VARIABLE requires)
  list(JOIN requires ", " requires)
  masu_install_pkg_config(masu-${name} "the ${name} library of Masu" "-lmasu-${name}" "${requires}")
endfunction()

function(masu_install_pkg_config name description libs requires)
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc)
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up ${up})
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/masu.pc.in ${file} @ONLY)
  install(FILES ${file} COMPONENT libraries DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# After all targets: the CMake package, find_package(Masu CONFIG).
function(masu_install_package)
  if(NOT MASU_INSTALLS_LIBRARIES)
    return()
  endif()
  install(EXPORT masu NAMESPACE masu:: FILE MasuTargets.cmake COMPONENT libraries DESTINATION ${masu_package})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/MasuConfig.cmake.in ${PROJECT_BINARY_DIR}/MasuConfig.cmake
                                INSTALL_DESTINATION ${masu_package} NO_SET_AND_CHECK_MACRO)
  # The C++ interfaces may change with each minor version before 1.0.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/MasuConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/MasuConfig.cmake ${PROJECT_BINARY_DIR}/MasuConfigVersion.cmake
          COMPONENT libraries DESTINATION ${masu_package})
endfunction()
