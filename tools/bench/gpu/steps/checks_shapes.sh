# Networks over whole fields: trained on DEVICE, read on both.
shapes() {
  local s=$WORK/shapes network architecture device
  local data=(--manifest "$s/screen.csv" --output "$s")
  program "shapes: simulate" 60 1 cytoscale simulate-shapes --output "$s" --fields-per-class "$SHAPES"
  for network in wscnn4:mean-image mil_cnn:dataset; do
    architecture=${network%:*}
    program "shapes: train $architecture" 60 1 cytoscale train "${data[@]}" --plates train,validation --validation-column Metadata_Plate \
      --validation-values validation --treatment Metadata_Class --examples fields --crop-size 0 --architecture "$architecture" \
      --crop-normalization "${network#*:}" --steps "$SHAPE_STEPS" --batch-size 8 --shard-size 4 --device "$DEVICE" --model "$s/$architecture"
    for device in cpu "$DEVICE"; do
      program "shapes: predict $architecture $device" 60 1 cytoscale predict "${data[@]}" --plates test --model "$s/$architecture" \
        --device "$device" --predictions "$s/${architecture}_$device.h5ad" --maps true
    done
  done
  program "shapes: localize" 60 1 cytoscale localize "${data[@]}" --plates test --model "$s/wscnn4" --label positive --device "$DEVICE"
}
