# cmake --install: the program, its modules in lib/cytoscale, configs and Slurm scripts in share/cytoscale, manuals, completion,
# docs. The program finds modules and configs from where it lies itself, so that the prefix may be moved. Packages (cpack): .deb,
# .tar.gz; tools/package has what builds them.
include(GNUInstallDirs)

# What the program says of itself, as man pages and completion scripts; and docs/jobs, which is checked in.
get_property(cytoscale_job_names GLOBAL PROPERTY CYTOSCALE_JOB_NAMES)
set(cytoscale_documents ${CMAKE_BINARY_DIR}/documents)
string(REPLACE ";" "," cytoscale_job_names "${cytoscale_job_names}")
set(cytoscale_write_documents ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:cytoscale> -DJOBS=${cytoscale_job_names})
add_custom_command(OUTPUT ${cytoscale_documents}/written
  COMMAND ${cytoscale_write_documents} -DFOLDER=${cytoscale_documents} -P ${CMAKE_SOURCE_DIR}/tools/cmake/WriteDocuments.cmake
  DEPENDS cytoscale ${CMAKE_SOURCE_DIR}/tools/cmake/WriteDocuments.cmake COMMENT "Writing man pages and completion" VERBATIM)
add_custom_target(cytoscale_documents ALL DEPENDS ${cytoscale_documents}/written)
add_custom_target(job_pages
  COMMAND ${cytoscale_write_documents} -DPAGES=${CMAKE_SOURCE_DIR}/docs/jobs -P ${CMAKE_SOURCE_DIR}/tools/cmake/WriteDocuments.cmake
  DEPENDS cytoscale COMMENT "Writing docs/jobs" VERBATIM)

install(TARGETS cytoscale RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(module torch onednn arrow)
  if(TARGET cytoscale_${module}_module)  # as core/system/module_function.cpp looks for it: no lib64, no multiarch folder
    install(TARGETS cytoscale_${module}_module LIBRARY DESTINATION lib/cytoscale)
  endif()
endforeach()
install(DIRECTORY config slurm DESTINATION share/cytoscale USE_SOURCE_PERMISSIONS)
install(DIRECTORY ${cytoscale_documents}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES ${cytoscale_documents}/completion/cytoscale.bash DESTINATION share/bash-completion/completions RENAME cytoscale OPTIONAL)
install(FILES ${cytoscale_documents}/completion/cytoscale.zsh DESTINATION share/zsh/site-functions RENAME _cytoscale OPTIONAL)
install(FILES ${cytoscale_documents}/completion/cytoscale.fish DESTINATION share/fish/vendor_completions.d OPTIONAL)
install(FILES README.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME changelog)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "cytoscale")
set(CPACK_PACKAGE_CONTACT "The cytoscale authors <noreply@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "profiles of microscope screens, at scale")
set(CPACK_PACKAGE_DESCRIPTION "Images of cells in, treatments that act alike out: a network learns to
tell the treatments of a screen apart from single cells, and its features
tell which treatments share a mechanism. One program, MPI from a laptop to
a cluster, files that Python reads.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/tools/cmake/CompressManuals.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# Libraries by dpkg-shlibdeps; mpirun is no library, and LibTorch is 30 times slower with another BLAS (docs/install.md).
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, libopenblas0-pthread")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "slurm-client")
include(CPack)
