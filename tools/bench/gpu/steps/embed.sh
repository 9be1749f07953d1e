# Images to features, whole jobs. Rates are those of the jobs' own log.
embed_run() { # LABEL RANKS OPTION ...
  local label=$1 ranks=$2
  shift 2
  program "embed $label" 60 "$ranks" cytoscale embed --config "$WORK/big.cfg" --output "$WORK/out" --embeddings "$WORK/e.h5ad" \
    --model untrained --device "$DEVICE" "$@"
  rm -f "$WORK"/e.h5ad*
}
each_run "$EMBED_RUNS" embed_run
