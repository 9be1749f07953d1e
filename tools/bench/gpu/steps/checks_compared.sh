# The same trainings and features on the CPU and on DEVICE; summary.py shows how far apart they are.
compared() {
  local c=$WORK/compare
  local common=(--config "$WORK/small.cfg" --cells "$c/cells.h5")
  # A folder of their own for trainings and features: jobs of one folder wait for each other.
  local few=(cytoscale train "${common[@]}" --output "$c/trained" --steps 6 --log-every 1 --validate-every 1000000 --validation-cells 64 --single-wells train)
  local some=("${few[@]}" --batch-size 32)
  local features=(cytoscale embed "${common[@]}" --output "$c/embedded" --model "$c/m_cpu" --layers "conv1,conv4a,pool5")
  mkdir -p "$c"
  program "compare: simulate" 60 1 cytoscale simulate --config "$WORK/small.cfg" --output "$WORK/small"
  program "compare: segment" 60 1 cytoscale segment "${common[@]}" --output "$c"
  (
    program "compare: train fp32" 60 1 "${some[@]}" --model "$c/m_fp32" --device "$DEVICE"
    program "compare: train tf32" 60 1 "${some[@]}" --model "$c/m_tf32" --device "$DEVICE" --precision "$tf32"
    program "compare: train bf16" 60 1 "${some[@]}" --model "$c/m_bf16" --device "$DEVICE" --precision bf16
    program "compare: train reproducible" 60 1 "${some[@]}" --model "$c/m_reproducible" --device "$DEVICE" --reproducible true
    program "compare: train rnn" 60 1 "${few[@]}" --model "$c/m_rnn" --device "$DEVICE" --regularizer rnn --rnn-cells 3 --batch-size 16
    program "compare: train mixup sync" 60 1 "${some[@]}" --model "$c/m_mixup" --device "$DEVICE" --regularizer mixup --batch-norm sync
    program "compare: train 2 ranks, sync" 60 2 "${some[@]}" --model "$c/m_2_ranks" --device "$DEVICE" --batch-norm sync
  ) &
  (
    program "compare: train on the CPU" 60 1 "${some[@]}" --model "$c/m_cpu" --device cpu
    program "compare: embed cpu fp32" 60 1 "${features[@]}" --embeddings "$c/cpu_fp32.h5ad" --device cpu
    program "compare: embed cpu bf16" 60 1 "${features[@]}" --embeddings "$c/cpu_bf16.h5ad" --device cpu --precision bf16
    program "compare: embed fp32" 60 1 "${features[@]}" --embeddings "$c/fp32.h5ad" --device "$DEVICE" --encoder torch
    program "compare: embed tf32" 60 1 "${features[@]}" --embeddings "$c/tf32.h5ad" --device "$DEVICE" --encoder torch --precision "$tf32"
    program "compare: embed, crops cut on the host" 60 1 "${features[@]}" --embeddings "$c/host.h5ad" --device "$DEVICE" --encoder torch \
      --pixels host
    program "compare: embed bf16" 60 1 "${features[@]}" --embeddings "$c/bf16.h5ad" --device "$DEVICE" --encoder torch --precision bf16
  ) &
  wait
}
