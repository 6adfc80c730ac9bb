# Read by CPack once for each kind of package: Debian's has its documents where and as its policy wants them.
if(CPACK_GENERATOR STREQUAL DEB)
  set(CPACK_COMPONENTS_ALL runtime debian)
else()
  set(CPACK_COMPONENTS_ALL runtime manual tarball)
  set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
endif()
