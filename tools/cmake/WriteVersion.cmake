# cmake -DSOURCE=… -DTEMPLATE=… -DOUTPUT=… -DPROJECT_VERSION=… -P WriteVersion.cmake: version.cpp with the commit, at build time.
# Outside a git checkout (a source archive) the commit is "unknown" unless CYTOSCALE_COMMIT is in the environment.
set(CYTOSCALE_COMMIT "$ENV{CYTOSCALE_COMMIT}")
if(NOT CYTOSCALE_COMMIT)
  execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude * WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE CYTOSCALE_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT CYTOSCALE_COMMIT)
  set(CYTOSCALE_COMMIT unknown)
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
