# Test programs, their networks on DEVICE (CYTOSCALE_TEST_DEVICE).
one_test() { # PROGRAM
  local name=$1 left=$((TOTAL - SECONDS - 8))
  mkdir -p "$WORK/tests/$name"
  cd "$WORK/tests/$name" || return
  [ $left -gt $((90 * PATIENCE)) ] && left=$((90 * PATIENCE))
  [ $left -lt 5 ] && return
  CYTOSCALE_TEST_DEVICE=$DEVICE OMP_NUM_THREADS=1 CYTOSCALE_PROGRAM=$PAYLOAD/bin/cytoscale \
    CYTOSCALE_SOURCE_DIR=$here timeout -k 3 $left "$here/in_bundle" "test_$name" --gtest_filter="$TEST_FILTER" > out.txt 2>&1
  echo "test_$name on $DEVICE: exit code $?; $(grep -cE '^\[       OK' out.txt) passed," \
    "$(grep -cE '^\[  FAILED.*ms\)' out.txt) failed, $(grep -cE '^\[  SKIPPED.*ms\)' out.txt) skipped:" \
    "$(grep -E '^\[  FAILED.*ms\)' out.txt | sed 's/.*\] //; s/ (.*//' | tr '\n' ' ')" > summary.txt
}
against_torchvision() {
  mkdir -p "$WORK/tests/torchvision"
  cd "$WORK/tests/torchvision" || return
  printf '#!/bin/sh\nexec "%s/in_bundle" network_probe "$@"\n' "$here" > probe
  chmod +x probe
  if ! "$PYTHON" -c 'import torchvision' 2>/dev/null; then
    echo "no torchvision: our encoders are not held against its networks" > summary.txt
    return
  fi
  CYTOSCALE_TEST_DEVICE=$DEVICE timeout $((90 * PATIENCE)) "$PYTHON" "$PAYLOAD/tests/compare_pytorch.py" ./probe \
    resnet18 resnet50:8:64 vgg16_bn:4:48 > out.txt 2>&1
  echo "encoders on $DEVICE against torchvision's networks on the CPU: exit code $?" > summary.txt
}
tests() {
  local name
  for name in network network_torch learn_torch train train_fields train_device device_stream; do one_test $name & done
  against_torchvision &
  wait
  cat "$WORK"/tests/*/summary.txt | tee "$OUT/tests.txt"
  for name in "$WORK"/tests/*/out.txt; do
    echo "##### $name"
    grep -vE '^\[ +(RUN|OK) ' "$name" | tail -c 60000
  done >> "$OUT/tests.txt"
}
