# The network alone, by our encoder: crops in host memory to features in host memory.
network_run() { # LABEL RANKS OPTION ...
  local label=$1 ranks=$2
  shift 2
  program "network $label" 60 "$ranks" bench_network --encoder torch --device "$DEVICE" --crop-size "$PX" \
    --channels "$(tr , '\n' <<<"$CHANNELS" | wc -l)" --rounds 3 "$@"
}
each_run "$NETWORK_RUNS" network_run
