# The yardstick: what PyTorch does where fields, not crops, cross the bus (fields.py).
measured "fields.py" 60 "$PYTHON" "$here/fields.py" --device "$DEVICE" --fields "$YARDSTICK_FIELDS" --size "$FIELD" --px "$PX" \
  --channels "$(tr , '\n' <<<"$CHANNELS" | wc -l)" --tiles "$YARDSTICK_TILES" --out "$OUT/peer_fields.json"
