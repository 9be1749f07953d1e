# Whether it is right there: tests on DEVICE, and the same jobs on the CPU and on DEVICE. Beside one another: nothing is timed here.
for part in tests compared shapes; do . "$here/steps/checks_$part.sh"; done
tests > "$WORK/tests.txt" 2>&1 &
tests_there=$!
STEP_LOG=$WORK/compared.log compared > "$WORK/compared.txt" 2>&1 &
compared_there=$!
STEP_LOG=$WORK/shapes.log shapes > "$WORK/shapes.txt" 2>&1 &
wait $tests_there $compared_there $!
cat "$WORK/compared.log" "$WORK/shapes.log" >> "$LOG" 2>/dev/null
cat "$WORK/tests.txt" "$WORK/compared.txt" "$WORK/shapes.txt"
