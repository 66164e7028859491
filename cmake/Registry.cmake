# SPDX-License-Identifier: Apache-2.0
# shardsim_registry(TARGET FOLDER f NAMESPACE n BASE B HEADER h FUNCTION r)
#
# Every file FOLDER/name.cpp defines `Alternative<B> n::name()`. This writes the one function that lists them, so that
# adding an alternative means adding its file and nothing else, and no registration order or mutable global exists.
function(shardsim_registry target)
  cmake_parse_arguments(R "" "FOLDER;NAMESPACE;BASE;HEADER;FUNCTION" "" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${R_FOLDER}/*.cpp)
  list(SORT files)
  set(declared "")
  set(listed "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    string(APPEND declared "Alternative<${R_BASE}> ${name}();\n")
    string(APPEND listed "      ${R_NAMESPACE}::${name}(),\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/registry/${R_NAMESPACE}.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
// Generated from the file names in @R_FOLDER@; see cmake/Registry.cmake.
#include "@R_HEADER@"

namespace shardsim {
namespace @R_NAMESPACE@ {
@declared@}  // namespace @R_NAMESPACE@

const Registry<@R_BASE@>& @R_FUNCTION@() {
  static const Registry<@R_BASE@> registry{
@listed@  };
  return registry;
}
}  // namespace shardsim
]])
  target_sources(${target} PRIVATE ${files} ${generated})
endfunction()
