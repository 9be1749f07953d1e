# Before cpack makes a package: man pages and the list of changes are compressed, as Debian wants them.
file(GLOB_RECURSE files ${CPACK_TEMPORARY_DIRECTORY}/*)
list(FILTER files INCLUDE REGEX "/man1/[^/]*\\.1$|/doc/cytoscale/changelog$")
if(files)
  execute_process(COMMAND gzip -9nf ${files} COMMAND_ERROR_IS_FATAL ANY)
endif()
